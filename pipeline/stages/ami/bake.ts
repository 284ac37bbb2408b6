import { CreateTagsCommand, DescribeInstanceStatusCommand, type Instance } from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { onceKnown, until } from '../../core/wait.ts';
import { consoleLines } from '../console.ts';
import { findBuilders, type Bake } from './builder.ts';
import { judgeBuilder } from './judge-builder.ts';

/** The tag that tells a running builder which image to pull. */
const pullTag = 'redeploy:pull';

/** What a builder is told, and how to know that another run made the AMI meanwhile. */
export interface BakeWork {
  instanceId: string;
  reference: string;
  isMade: () => Promise<boolean>;
}

/**
 * Tells the builder which image to pull and waits until it powered itself off, or the AMI is there. Returns why the machine
 * is lost, if it is: its host failed, or another run terminated it. Throws `bake` with its console's last lines.
 */
export async function runBake(ctx: Context, bake: Bake, work: BakeWork): Promise<string | undefined> {
  const { instanceId, reference } = work;
  const tags = [{ Key: pullTag, Value: reference }];
  await onceKnown(ctx, `builder ${instanceId}`, ['InvalidInstanceID.NotFound', 'InvalidID'], () =>
    ctx.aws.ec2.send(new CreateTagsCommand({ Resources: [instanceId], Tags: tags })),
  );
  const limits = { everyMs: 2500, forMs: bake.target.bake.timeoutSeconds * 1000 };
  return await until<string | undefined>(ctx, `bake on ${instanceId}`, limits, async () => {
    const builder = (await findBuilders(ctx, bake)).find((instance) => instance.InstanceId === instanceId);
    const verdict = judgeBuilder(builder);
    if ('failed' in verdict) return await fail(ctx, instanceId, verdict.failed);
    if ('done' in verdict) return { done: undefined };
    const lost = 'lost' in verdict ? verdict.lost : await impairment(ctx, builder);
    if (lost === undefined) return { pending: 'pending' in verdict ? verdict.pending : '' };
    return { done: (await work.isMade()) ? undefined : lost };
  });
}

/** A machine whose host or kernel died stays `running`: only the status checks tell (monitoring-system-instance-status-check.html). */
async function impairment(ctx: Context, builder: Instance | undefined): Promise<string | undefined> {
  if (builder?.State?.Name !== 'running' || builder.InstanceId === undefined) return undefined;
  const { InstanceStatuses } = await ctx.aws.ec2.send(
    new DescribeInstanceStatusCommand({ InstanceIds: [builder.InstanceId] }),
  );
  const isImpaired = (InstanceStatuses ?? []).some(
    ({ InstanceStatus, SystemStatus }) => InstanceStatus?.Status === 'impaired' || SystemStatus?.Status === 'impaired',
  );
  return isImpaired ? 'EC2 says that it is impaired: the machine or its host died' : undefined;
}

async function fail(ctx: Context, instanceId: string, what: string): Promise<never> {
  throw new DeployError('bake', `the AMI could not be baked: ${what}`, {
    lines: await consoleLines(ctx, instanceId, 25, 'redeploy bake:'),
    hint: 'the builder has been removed; correct the cause and deploy again',
  });
}
