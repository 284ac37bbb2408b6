import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { Context } from '../context.ts';

/** When machines were launched, by their id. Of those that are `known` it does not change. */
export async function launchTimes(
  ctx: Context,
  ids: string[],
  known: readonly { id: string; launchedAt: Date | undefined }[] = [],
): Promise<Map<string, Date>> {
  const times = new Map(known.flatMap(({ id, launchedAt }) => (launchedAt ? [[id, launchedAt] as const] : [])));
  if (ids.every((id) => times.has(id))) return times;
  // Filter instead of InstanceIds: an id that has just vanished would fail the whole call.
  const filter = { Name: 'instance-id', Values: ids };
  for await (const page of paginateDescribeInstances({ client: ctx.aws.ec2 }, { Filters: [filter] })) {
    for (const instance of (page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? [])) {
      if (instance.InstanceId && instance.LaunchTime) times.set(instance.InstanceId, instance.LaunchTime);
    }
  }
  return times;
}
