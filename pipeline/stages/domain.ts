import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { changesOf, performAll, type Act, type Change } from '../core/act.ts';
import { namesOfBalancer } from '../core/address.ts';
import type { Context } from '../core/context.ts';
import { aliasOf, bareName, leadsTo, type Balancer, type Name, type RecordSet } from '../core/dns.ts';
import { stemOf } from '../core/names.ts';
import type { Target } from '../core/target.ts';
import { findNames, findZonesIfAllowed } from './zones.ts';

/**
 * Leads the domain to the balancer where Route 53 is ours and the name is free or led to an earlier balancer of ours. A name that
 * leads elsewhere is left alone: `redeploy cutover` moves it. Says what is to be done by hand.
 */
export async function leadDomain(ctx: Context, target: Target, balancerArn: string): Promise<void> {
  if (namesOfBalancer(target).length === 0) return;
  const balancer = await findBalancer(ctx, balancerArn);
  const found = await findDomain(ctx, target);
  await performAll(ctx, nameActs(target, found, balancer));
  for (const message of found.flatMap((one) => wordsFor(target, one, balancer))) ctx.report({ kind: 'note', message });
}

/** What `leadDomain` would do. Only reads. */
export async function planDomain(ctx: Context, target: Target, balancerArn: string | undefined): Promise<Change[]> {
  if (namesOfBalancer(target).length === 0) return [];
  const nowhere = { dnsName: `${stemOf(target)}-new`, zoneId: '' };
  const balancer = balancerArn === undefined ? nowhere : await findBalancer(ctx, balancerArn);
  return changesOf(nameActs(target, await findDomain(ctx, target), balancer));
}

async function findBalancer(ctx: Context, arn: string): Promise<Balancer> {
  const { LoadBalancers } = await ctx.aws.elbv2.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }));
  const { DNSName: dnsName = '', CanonicalHostedZoneId: zoneId = '' } = LoadBalancers?.[0] ?? {};
  return { dnsName, zoneId };
}

const findDomain = async (ctx: Context, target: Target): Promise<Name[]> =>
  findNames(ctx, await findZonesIfAllowed(ctx), namesOfBalancer(target));

/** Names of balancers begin with what we called them: NAME-NUMBER.REGION.elb.amazonaws.com. */
const isOurs = (target: Target, { AliasTarget }: RecordSet): boolean =>
  new RegExp(String.raw`^${stemOf(target)}-\d+\.${target.region}\.elb\.amazonaws\.com$`).test(
    bareName(AliasTarget?.DNSName),
  );

const isForeign = (target: Target, { records }: Name, balancer: Balancer): boolean =>
  records.some((record) => !leadsTo(record, balancer) && !isOurs(target, record));

function nameActs(target: Target, found: readonly Name[], balancer: Balancer): Act[] {
  return found.flatMap((one) => {
    const { host, zoneId, records } = one;
    if (zoneId === undefined || isForeign(target, one, balancer)) return [];
    if (records.some((record) => record.Type === 'A' && leadsTo(record, balancer))) return [];
    return [aliasAct(zoneId, host, balancer, records.length > 0)];
  });
}

const aliasAct = (HostedZoneId: string, Name: string, balancer: Balancer, isThere: boolean): Act => ({
  change: {
    action: isThere ? 'change' : 'create',
    what: `record ${Name}`,
    why: isThere ? 'it leads to a load balancer of ours that is gone' : 'it leads nowhere yet; to the load balancer',
    calls: ['route53:ChangeResourceRecordSets'],
  },
  perform: (ctx) =>
    ctx.aws.route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: {
          Changes: [
            {
              // CREATE fails where somebody was quicker: nothing of theirs is overwritten.
              Action: isThere ? 'UPSERT' : 'CREATE',
              ResourceRecordSet: { Name, Type: 'A', AliasTarget: aliasOf(balancer) },
            },
          ],
        },
      }),
    ),
});

function wordsFor(target: Target, one: Name, balancer: Balancer): string[] {
  const { host, zoneId, records } = one;
  if (zoneId === undefined)
    return [
      `${host} has its DNS elsewhere; it has to lead to the load balancer: ${host}. CNAME ${balancer.dnsName}. (at the top of a zone: ALIAS or ANAME)`,
    ];
  if (!isForeign(target, one, balancer)) return [];
  const where = records.map(
    (record) => record.AliasTarget?.DNSName ?? record.ResourceRecords?.map(({ Value }) => Value).join(', '),
  );
  return [`${host} leads to ${where.join(', ')}, and is left so: \`redeploy cutover\` moves it to ${balancer.dnsName}`];
}
