import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  type HostedZone,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  type ListResourceRecordSetsCommandOutput,
  paginateListHostedZones,
} from '@aws-sdk/client-route-53';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { changesBetween, fullName, leadingRecords, type RecordSet } from '../../core/retire/records.ts';
import { until } from '../../core/wait.ts';

/** A public name and the zone of ours that it is in; undefined when its DNS is somewhere else. */
export interface Name {
  host: string;
  zoneId: string | undefined;
  /** What leads its visitors now. */
  records: RecordSet[];
}

/** Looks each name up in the public zones of this account: the longest zone that holds it. */
export async function findNames(ctx: Context, hosts: readonly string[]): Promise<Name[]> {
  const zones: HostedZone[] = [];
  for await (const page of paginateListHostedZones({ client: ctx.aws.route53 }, {}))
    zones.push(...(page.HostedZones ?? []).filter(({ Config }) => Config?.PrivateZone !== true));
  const names: Name[] = [];
  for (const host of hosts) {
    const [zone] = zones
      .filter(({ Name = '' }) => fullName(host) === Name || fullName(host).endsWith(`.${Name}`))
      .toSorted((a, b) => (b.Name?.length ?? 0) - (a.Name?.length ?? 0));
    const zoneId = zone?.Id?.replace('/hostedzone/', '');
    const records = zoneId === undefined ? [] : leadingRecords(await recordsOf(ctx, zoneId), host);
    names.push({ host, zoneId, records });
  }
  return names;
}

/** All records of a zone. The SDK has no paginator for this one. */
export async function recordsOf(ctx: Context, zoneId: string): Promise<RecordSet[]> {
  const found: RecordSet[] = [];
  let from: Partial<ListResourceRecordSetsCommandInput> | undefined = {};
  while (from) {
    const page: ListResourceRecordSetsCommandOutput = await ctx.aws.route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...from }),
    );
    found.push(...(page.ResourceRecordSets ?? []));
    const { IsTruncated, NextRecordName, NextRecordType, NextRecordIdentifier } = page;
    from = IsTruncated
      ? {
          StartRecordName: NextRecordName,
          StartRecordType: NextRecordType,
          StartRecordIdentifier: NextRecordIdentifier,
        }
      : undefined;
  }
  return found;
}

/** All public zones of this account with their records: for finding who else uses an address. */
export async function allRecords(ctx: Context): Promise<RecordSet[]> {
  const found: RecordSet[] = [];
  for await (const page of paginateListHostedZones({ client: ctx.aws.route53 }, {}))
    for (const { Id = '' } of page.HostedZones ?? []) found.push(...(await recordsOf(ctx, Id)));
  return found;
}

/** Makes the records of a name these, all at once, and waits until every name server of Route 53 has them. */
export async function writeRecords(ctx: Context, name: Name, wanted: RecordSet[]): Promise<void> {
  const { zoneId, host } = name;
  if (zoneId === undefined) throw new DeployError('retire', `no public zone of this account holds ${host}`);
  const Changes = changesBetween(leadingRecords(await recordsOf(ctx, zoneId), host), wanted);
  if (Changes.length === 0) return;
  const { ChangeInfo } = await ctx.aws.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      ChangeBatch: { Comment: `redeploy moves ${host}`.slice(0, 256), Changes },
    }),
  );
  await until(ctx, `DNS of ${host}`, { everyMs: 2000, forMs: 600_000 }, async () => {
    const answer = await ctx.aws.route53.send(new GetChangeCommand({ Id: ChangeInfo?.Id }));
    const status = answer.ChangeInfo?.Status ?? 'unknown';
    return status === 'INSYNC' ? { done: undefined } : { pending: status };
  });
}
