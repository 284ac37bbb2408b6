import {
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf, tagRecord, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';

/** The log group that machines write to, with the retention that the settings name. */
export async function ensureLogGroup(ctx: Context, target: Target): Promise<void> {
  const { logGroup } = namesOf(target);
  const { logGroups } = await ctx.aws.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroup }));
  const found = logGroups?.find((group) => group.logGroupName === logGroup);
  if (!found) await createLogGroup(ctx, target, logGroup);
  if (found?.retentionInDays === target.logs.retentionDays) return;
  await ctx.aws.logs.send(
    new PutRetentionPolicyCommand({ logGroupName: logGroup, retentionInDays: target.logs.retentionDays }),
  );
}

async function createLogGroup(ctx: Context, target: Target, logGroupName: string): Promise<void> {
  try {
    await ctx.aws.logs.send(new CreateLogGroupCommand({ logGroupName, tags: tagRecord(tagsOf(target, 'logs')) }));
  } catch (error) {
    if (!isAwsError(error, 'ResourceAlreadyExistsException')) throw error;
  }
}
