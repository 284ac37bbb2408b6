import { CreateTagsCommand } from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { tagKeys } from '../../core/names.ts';
import type { World } from '../../core/observe.ts';

/**
 * Tells machines that are being taken out to hand over their connections, should their own metadata not say so yet: AWS does
 * not document when it does. templates/machine/drain.py reads the tag. Returns who knows now.
 */
export async function tellLeaving(
  ctx: Context,
  { fleet }: World,
  told: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const leaving = (fleet?.machines ?? []).filter(
    ({ id, lifecycle }) => lifecycle.startsWith('Terminating') && !told.has(id),
  );
  if (leaving.length === 0) return told;
  const ids = leaving.map(({ id }) => id);
  try {
    await ctx.aws.ec2.send(new CreateTagsCommand({ Resources: ids, Tags: [{ Key: tagKeys.drain, Value: 'now' }] }));
  } catch (error) {
    // Gone since we looked: nobody is left on it.
    if (!isAwsError(error, 'InvalidInstanceID.NotFound')) throw error;
  }
  return new Set([...told, ...ids]);
}
