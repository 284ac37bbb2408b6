import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';

/**
 * Looks at the topic of `notifications.topic` before anything is built: Auto Scaling would refuse one that is not there when its
 * machines run already. Throws `settings` for that one. A topic that may not be looked at (that of another account lets in whom
 * it names, API_GetTopicAttributes.html) is no obstacle: a line about it.
 */
export async function checkTopic(
  ctx: Context,
  { notifications: { topic } }: Pick<Target, 'notifications'>,
): Promise<string | undefined> {
  if (topic === undefined) return undefined;
  try {
    await ctx.aws.sns.send(new GetTopicAttributesCommand({ TopicArn: topic }));
    return undefined;
  } catch (error) {
    if (isAwsError(error, 'AuthorizationErrorException', 'AccessDeniedException', 'AccessDenied')) {
      return `notifications.topic ${topic} may not be looked at: whether it is there, and lets Auto Scaling publish, shows when the group is told of it`;
    }
    if (!isAwsError(error, 'NotFoundException', 'InvalidParameterException')) throw error;
    const [, , , region, , name] = topic.split(':');
    throw new DeployError('settings', `there is no SNS topic ${topic}, which notifications.topic names`, {
      hint: `\`aws sns list-topics --region ${region}\` lists those that there are; \`aws sns create-topic --region ${region} --name ${name}\` makes it`,
      cause: error,
    });
  }
}
