import { ChangeResourceRecordSetsCommand, GetChangeCommand } from '@aws-sdk/client-route-53';
import type { Context } from '../../core/context.ts';
import type { Name, RecordSet } from '../../core/dns.ts';
import { DeployError } from '../../core/errors.ts';
import { changesBetween } from '../../core/retire/records.ts';
import { until } from '../../core/wait.ts';
import { recordsOfName } from '../zones.ts';

/** Makes the records of a name these, all at once, and waits until every name server of Route 53 has them. */
export async function writeRecords(ctx: Context, name: Name, wanted: RecordSet[]): Promise<void> {
  const { zoneId, host } = name;
  if (zoneId === undefined) throw new DeployError('retire', `no public zone of this account holds ${host}`);
  const Changes = changesBetween(await recordsOfName(ctx, zoneId, host), wanted);
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
