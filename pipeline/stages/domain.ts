import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { changesOf, performAll, type Act, type Change } from '../core/act.ts';
import { namesOfBalancer } from '../core/address.ts';
import type { Context } from '../core/context.ts';
import { stemOf } from '../core/names.ts';
import type { Target } from '../core/target.ts';
import { findZones, zoneOf, type Zone } from './certificate/zones.ts';

/** Where a name leads, as far as Route 53 here knows. */
interface FoundName {
  name: string;
  /** Undefined: the name's DNS is elsewhere. */
  zone: Zone | undefined;
  /** Records that answer for addresses of the name. */
  records: ResourceRecordSet[];
}

interface Balancer {
  dnsName: string;
  zoneId: string;
}

/**
 * Leads the domain to the balancer where Route 53 is ours and the name is free or led to an earlier balancer of ours. A name that
 * leads elsewhere is left alone: `redeploy cutover` moves it. Says what is to be done by hand.
 */
export async function leadDomain(ctx: Context, target: Target, balancerArn: string): Promise<void> {
  if (namesOfBalancer(target).length === 0) return;
  const balancer = await findBalancer(ctx, balancerArn);
  const found = await findNames(ctx, target);
  await performAll(ctx, nameActs(target, found, balancer));
  for (const message of found.flatMap((one) => wordsFor(target, one, balancer))) ctx.report({ kind: 'note', message });
}

/** What `leadDomain` would do. Only reads. */
export async function planDomain(ctx: Context, target: Target, balancerArn: string | undefined): Promise<Change[]> {
  if (namesOfBalancer(target).length === 0) return [];
  const nowhere = { dnsName: `${stemOf(target)}-new`, zoneId: '' };
  const balancer = balancerArn === undefined ? nowhere : await findBalancer(ctx, balancerArn);
  return changesOf(nameActs(target, await findNames(ctx, target), balancer));
}

async function findBalancer(ctx: Context, arn: string): Promise<Balancer> {
  const { LoadBalancers } = await ctx.aws.elbv2.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }));
  const { DNSName: dnsName = '', CanonicalHostedZoneId: zoneId = '' } = LoadBalancers?.[0] ?? {};
  return { dnsName, zoneId };
}

async function findNames(ctx: Context, target: Target): Promise<FoundName[]> {
  const zones = await findZones(ctx);
  return await Promise.all(
    namesOfBalancer(target).map(async (name) => {
      const zone = zoneOf(zones, name);
      return { name, zone, records: zone ? await recordsOf(ctx, zone, name) : [] };
    }),
  );
}

/** Records come in the order of their names, those of one name together. */
async function recordsOf(ctx: Context, zone: Zone, name: string): Promise<ResourceRecordSet[]> {
  const request = { HostedZoneId: zone.id, StartRecordName: name, MaxItems: 100 };
  const { ResourceRecordSets = [] } = await ctx.aws.route53.send(new ListResourceRecordSetsCommand(request));
  const answering = new Set(['A', 'AAAA', 'CNAME']);
  return ResourceRecordSets.filter(({ Name, Type = '' }) => dotless(Name) === name && answering.has(Type));
}

const dotless = (name = ''): string => name.toLowerCase().replace(/\.$/, '');

/** Names of balancers begin with what we called them: NAME-NUMBER.REGION.elb.amazonaws.com. */
const isOurs = (target: Target, { AliasTarget }: ResourceRecordSet): boolean =>
  new RegExp(String.raw`^(dualstack\.)?${stemOf(target)}-\d+\.${target.region}\.elb\.amazonaws\.com$`).test(
    dotless(AliasTarget?.DNSName),
  );

const leadsTo = ({ AliasTarget }: ResourceRecordSet, { dnsName }: Balancer): boolean =>
  dotless(AliasTarget?.DNSName).replace(/^dualstack\./, '') === dotless(dnsName);

const isForeign = (target: Target, { records }: FoundName, balancer: Balancer): boolean =>
  records.some((record) => !leadsTo(record, balancer) && !isOurs(target, record));

function nameActs(target: Target, found: readonly FoundName[], balancer: Balancer): Act[] {
  return found.flatMap((one) => {
    const { name, zone, records } = one;
    if (!zone || isForeign(target, one, balancer)) return [];
    if (records.some((record) => record.Type === 'A' && leadsTo(record, balancer))) return [];
    return [aliasAct(zone, name, balancer, records.length > 0)];
  });
}

const aliasAct = (zone: Zone, Name: string, { dnsName, zoneId }: Balancer, isThere: boolean): Act => ({
  change: {
    action: isThere ? 'change' : 'create',
    what: `record ${Name}`,
    why: isThere ? 'it leads to a load balancer of ours that is gone' : 'it leads nowhere yet; to the load balancer',
    calls: ['route53:ChangeResourceRecordSets'],
  },
  perform: (ctx) =>
    ctx.aws.route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone.id,
        ChangeBatch: {
          Changes: [
            {
              // CREATE fails where somebody was quicker: nothing of theirs is overwritten.
              Action: isThere ? 'UPSERT' : 'CREATE',
              ResourceRecordSet: {
                Name,
                Type: 'A',
                AliasTarget: { DNSName: dnsName, HostedZoneId: zoneId, EvaluateTargetHealth: false },
              },
            },
          ],
        },
      }),
    ),
});

function wordsFor(target: Target, one: FoundName, balancer: Balancer): string[] {
  const { name, zone, records } = one;
  if (!zone)
    return [
      `${name} has its DNS elsewhere; it has to lead to the load balancer: ${name}. CNAME ${balancer.dnsName}. (at the top of a zone: ALIAS or ANAME)`,
    ];
  if (!isForeign(target, one, balancer)) return [];
  const where = records.map(
    (record) => record.AliasTarget?.DNSName ?? record.ResourceRecords?.map(({ Value }) => Value).join(', '),
  );
  return [`${name} leads to ${where.join(', ')}, and is left so: \`redeploy cutover\` moves it to ${balancer.dnsName}`];
}
