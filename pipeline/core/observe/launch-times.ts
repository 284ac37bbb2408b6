import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { Context } from '../context.ts';

/** When machines were launched, by their id. */
export async function launchTimes(ctx: Context, ids: string[]): Promise<Map<string, Date>> {
  const times = new Map<string, Date>();
  if (ids.length === 0) return times;
  // Filter instead of InstanceIds: an id that has just vanished would fail the whole call.
  const filter = { Name: 'instance-id', Values: ids };
  for await (const page of paginateDescribeInstances({ client: ctx.aws.ec2 }, { Filters: [filter] })) {
    for (const instance of (page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? [])) {
      if (instance.InstanceId && instance.LaunchTime) times.set(instance.InstanceId, instance.LaunchTime);
    }
  }
  return times;
}
