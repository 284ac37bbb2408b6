import {
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
  type LogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import { changesOf, creation, performAll, type Act, type Change } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf, tagRecord, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';

/** The log group that machines write to, with the retention that the settings name. */
export async function ensureLogGroup(ctx: Context, target: Target): Promise<void> {
  const found = await findLogGroup(ctx, target);
  if (!found) await createLogGroup(ctx, target);
  await performAll(ctx, retentionActs(target, found ?? fresh));
}

/** What `ensureLogGroup` does about what was found. */
export function logGroupChanges(target: Target, found: LogGroup | undefined): Change[] {
  const acts = retentionActs(target, found ?? fresh);
  return found ? changesOf(acts) : [creation(`log group ${namesOf(target).logGroup}`, 'logs:CreateLogGroup', acts)];
}

/** A new group keeps its logs for ever. */
const fresh: LogGroup = {};

export async function findLogGroup(ctx: Context, target: Target): Promise<LogGroup | undefined> {
  const { logGroup } = namesOf(target);
  const { logGroups } = await ctx.aws.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroup }));
  return logGroups?.find((group) => group.logGroupName === logGroup);
}

function retentionActs(target: Target, { retentionInDays: kept }: LogGroup): Act[] {
  const { logGroup } = namesOf(target);
  const { retentionDays } = target.logs;
  if (kept === retentionDays) return [];
  const why = `logs are kept ${kept === undefined ? 'for ever' : `${kept} days`}, wanted are ${retentionDays} days`;
  const request = { logGroupName: logGroup, retentionInDays: retentionDays };
  return [
    {
      change: {
        action: 'change',
        what: `retention of log group ${logGroup}`,
        why,
        calls: ['logs:PutRetentionPolicy'],
      },
      perform: (ctx) => ctx.aws.logs.send(new PutRetentionPolicyCommand(request)),
    },
  ];
}

async function createLogGroup(ctx: Context, target: Target): Promise<void> {
  const { logGroup: logGroupName } = namesOf(target);
  try {
    await ctx.aws.logs.send(new CreateLogGroupCommand({ logGroupName, tags: tagRecord(tagsOf(target, 'logs')) }));
  } catch (error) {
    if (!isAwsError(error, 'ResourceAlreadyExistsException')) throw error;
  }
}
