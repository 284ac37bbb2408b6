import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import type { Context } from '../context.ts';
import { filtersOf } from '../names.ts';
import type { Target } from '../target.ts';

/** Ids of this environment's builders that are not gone. */
export async function findBuilders(ctx: Context, target: Target): Promise<string[]> {
  const alive = { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] };
  const found: string[] = [];
  for await (const page of paginateDescribeInstances(
    { client: ctx.aws.ec2 },
    { Filters: [...filtersOf(target, 'builder'), alive] },
  )) {
    for (const reservation of page.Reservations ?? []) {
      found.push(...(reservation.Instances ?? []).map((instance) => instance.InstanceId ?? ''));
    }
  }
  return found;
}
