import { paginateDescribeInstanceTypes, type InstanceTypeInfo } from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';

/**
 * With types to fall back on: whether the region has them all, and whether the AMI runs on each. Throws `settings` with all that
 * is wrong; a group would take them, and fail on the day when there is no room for the first.
 */
export async function checkTypes(ctx: Context, { instance, architecture }: Target): Promise<void> {
  if (instance.fallbackTypes.length === 0) return;
  const types = [instance.type, ...instance.fallbackTypes];
  const known = new Map<string, InstanceTypeInfo>();
  // By filter: a type that is asked for by name and not there would fail the whole call.
  const request = { Filters: [{ Name: 'instance-type', Values: types }] };
  for await (const page of paginateDescribeInstanceTypes({ client: ctx.aws.ec2 }, request)) {
    for (const one of page.InstanceTypes ?? []) known.set(one.InstanceType ?? '', one);
  }
  const wrong = types.flatMap((type) => whyUseless(known.get(type), architecture).map((why) => `"${type}" ${why}`));
  if (wrong.length === 0) return;
  throw new DeployError('settings', `instance.type and instance.fallbackTypes: ${wrong.join('; ')}`, {
    hint: `choose types of ${architecture} that the region has: \`aws ec2 describe-instance-type-offerings\` lists them`,
  });
}

function whyUseless(type: InstanceTypeInfo | undefined, architecture: string): string[] {
  if (!type) return ['is not in this region'];
  const own = type.ProcessorInfo?.SupportedArchitectures ?? [];
  return own.some((one) => one === architecture) ? [] : [`is ${own.join(' and ')}, not ${architecture}`];
}
