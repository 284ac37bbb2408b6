import { type Change, ChangeResourceRecordSetsCommand, GetChangeCommand } from '@aws-sdk/client-route-53';
import type { Context } from '../../core/context.ts';
import { leadingRecords, type Name, type RecordSet } from '../../core/dns.ts';
import { DeployError } from '../../core/errors.ts';
import { batchesOf, changesBetween } from '../../core/retire/records.ts';
import { until } from '../../core/wait.ts';
import { recordsOfNames } from '../zones.ts';

/** What the records of a name shall be. */
export interface Wish {
  name: Name;
  wanted: RecordSet[];
}

/** Makes the records of each name these, all of a name at once, and waits until every name server of Route 53 has them. */
export async function writeRecords(ctx: Context, wishes: readonly Wish[]): Promise<void> {
  let pending: string[] = [];
  for (const [zoneId, group] of byZone(wishes)) {
    const hosts = group.map(({ name }) => name.host);
    const current = await recordsOfNames(ctx, zoneId, hosts);
    const changes = group.map(({ name, wanted }) => changesBetween(leadingRecords(current, name.host), wanted));
    for (const batch of batchesOf(changes)) pending.push(await send(ctx, zoneId, { changes: batch, hosts }));
  }
  if (pending.length === 0) return;
  await until(ctx, `DNS of ${textOf(wishes)}`, { everyMs: 2000, forMs: 600_000 }, async () => {
    const left: string[] = [];
    for (const id of pending) {
      const { ChangeInfo } = await ctx.aws.route53.send(new GetChangeCommand({ Id: id }));
      if (ChangeInfo?.Status !== 'INSYNC') left.push(id);
    }
    pending = left;
    return left.length === 0 ? { done: undefined } : { pending: 'PENDING' };
  });
}

function byZone(wishes: readonly Wish[]): Map<string, Wish[]> {
  const groups = new Map<string, Wish[]>();
  for (const wish of wishes) {
    const { zoneId, host } = wish.name;
    if (zoneId === undefined) throw new DeployError('retire', `no public zone of this account holds ${host}`);
    groups.set(zoneId, [...(groups.get(zoneId) ?? []), wish]);
  }
  return groups;
}

async function send(ctx: Context, zone: string, { changes, hosts }: { changes: Change[]; hosts: string[] }) {
  const ChangeBatch = { Comment: `redeploy moves ${hosts.join(', ')}`.slice(0, 256), Changes: changes };
  const { ChangeInfo } = await ctx.aws.route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch }),
  );
  return ChangeInfo?.Id ?? '';
}

const textOf = ([first, ...others]: readonly Wish[]): string =>
  `${first?.name.host}${others.length > 0 ? ` and ${others.length} more` : ''}`;
