import { createHash } from 'node:crypto';
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import type { ImageKey } from '../../core/artifacts.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { filtersOf, namesOf, tagKeys, tagRecord, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';
import type { Foundation } from '../foundation.ts';
import { consoleLines } from '../console.ts';
import type { BaseAmi } from './base-ami.ts';
import { builderUserData, type MachineFiles } from './user-data.ts';

/** What a builder is for: found again by these, never by a remembered id. */
export interface Bake {
  target: Target;
  imageKey: ImageKey;
  base: BaseAmi;
  files: MachineFiles;
}

/** The tag that tells a running builder which image to pull. */
const pullTag = 'redeploy:pull';
const dead = new Set(['shutting-down', 'terminated']);
const off = new Set([...dead, 'stopped']);

/** Takes up the builder that an earlier run left, or launches one. Returns its id. */
export async function launchBuilder(ctx: Context, bake: Bake, foundation: Foundation): Promise<string> {
  const all = await findBuilders(ctx, bake);
  const alive = all.find(isAlive);
  if (alive) return alive.InstanceId ?? '';
  // A client token names one launch for ever: after a terminated builder, only the next number makes a new machine.
  for (let attempt = all.length; ; attempt += 1) {
    const launched = await launch(ctx, launchRequest(bake, foundation, attempt));
    if (isAlive(launched)) return launched.InstanceId ?? '';
  }
}

/** Tells the builder which image to pull, waits until it powered itself off. Throws `bake` with its console's last lines. */
export async function runBake(
  ctx: Context,
  bake: Bake,
  work: { instanceId: string; reference: string },
): Promise<void> {
  const tags = [{ Key: pullTag, Value: work.reference }];
  await ctx.aws.ec2.send(new CreateTagsCommand({ Resources: [work.instanceId], Tags: tags }));
  const limits = { everyMs: 2500, forMs: bake.target.bake.timeoutSeconds * 1000 };
  await until(ctx, `bake on ${work.instanceId}`, limits, async () => {
    const builder = (await findBuilders(ctx, bake)).find((instance) => instance.InstanceId === work.instanceId);
    const verdict = judgeBuilder(builder);
    return 'failed' in verdict ? await fail(ctx, work.instanceId, verdict.failed) : verdict;
  });
}

type Verdict = { done: true } | { pending: string } | { failed: string };

/** The bake is done when its script says so and the machine is off. */
function judgeBuilder(builder: Instance | undefined): Verdict {
  const { [tagKeys.bake]: bake, [tagKeys.bakeError]: reason } = tagRecord(builder?.Tags);
  const state = builder?.State?.Name ?? 'terminated';
  if (bake === 'failed') return { failed: reason ?? 'the bake failed' };
  if (bake === 'done' && state === 'stopped') return { done: true };
  return judgeState(state);
}

const judgeState = (state: string): Verdict =>
  off.has(state) ? { failed: `the builder was ${state} too early` } : { pending: `the machine is ${state}` };

/** Terminates every builder of this bake that still exists, whoever launched it. */
export async function removeBuilders(ctx: Context, bake: Bake): Promise<void> {
  const left = (await findBuilders(ctx, bake)).filter(isAlive).map((instance) => instance.InstanceId ?? '');
  if (left.length > 0) await ctx.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: left }));
}

const isAlive = (instance: Instance): boolean => !dead.has(instance.State?.Name ?? '');

async function findBuilders(ctx: Context, { target, imageKey }: Bake): Promise<Instance[]> {
  const filters = [...filtersOf(target, 'builder'), { Name: `tag:${tagKeys.imageKey}`, Values: [imageKey] }];
  const { Reservations = [] } = await ctx.aws.ec2.send(new DescribeInstancesCommand({ Filters: filters }));
  return Reservations.flatMap((reservation) => reservation.Instances ?? []);
}

function launchRequest(bake: Bake, foundation: Foundation, attempt: number): RunInstancesCommandInput {
  const { target, base } = bake;
  const tags = tagsOf(target, 'builder', {
    Name: `${namesOf(target).stem} builder`,
    [tagKeys.imageKey]: bake.imageKey,
  });
  const request: RunInstancesCommandInput = {
    ImageId: base.id,
    InstanceType: (target.bake.instanceType ?? target.instance.type) as NonNullable<
      RunInstancesCommandInput['InstanceType']
    >,
    MinCount: 1,
    MaxCount: 1,
    SubnetId: foundation.network.subnets[0],
    SecurityGroupIds: [foundation.securityGroups.builder],
    IamInstanceProfile: { Name: foundation.roles.builder },
    // Stops when it powers itself off: the image is taken of the stopped machine.
    InstanceInitiatedShutdownBehavior: 'stop',
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'enabled' },
    BlockDeviceMappings: [
      {
        DeviceName: base.rootDevice,
        Ebs: {
          VolumeSize: target.instance.rootVolumeGiB,
          VolumeType: 'gp3',
          Encrypted: true,
          DeleteOnTermination: true,
        },
      },
    ],
    UserData: Buffer.from(builderUserData(target, bake.files)).toString('base64'),
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
    ],
  };
  // The token covers the request: other settings (a new subnet) make another launch, not IdempotentParameterMismatch.
  const content = createHash('sha256')
    .update(JSON.stringify([bake.imageKey, request]))
    .digest('hex')
    .slice(0, 48);
  return { ...request, ClientToken: `${content}-${attempt}` };
}

/** An instance profile made a moment ago is unknown to EC2 for some seconds: `InvalidParameterValue`. */
async function launch(ctx: Context, request: RunInstancesCommandInput): Promise<Instance> {
  return until(ctx, 'launch of the builder', { everyMs: 3000, forMs: 60_000 }, async () => {
    try {
      const { Instances } = await ctx.aws.ec2.send(new RunInstancesCommand(request));
      return { done: Instances?.[0] ?? {} };
    } catch (error) {
      // the token's machine ended: the next attempt's token makes a new one (EC2 errors-overview.html)
      if (isAwsError(error, 'IdempotentInstanceTerminated')) return { done: { State: { Name: 'terminated' } } };
      if (!isAwsError(error, 'InvalidParameterValue')) throw error;
      return { pending: error.message };
    }
  });
}

async function fail(ctx: Context, instanceId: string, what: string): Promise<never> {
  throw new DeployError('bake', `the AMI could not be baked: ${what}`, {
    lines: await consoleLines(ctx, instanceId, 25),
    hint: 'the builder has been removed; correct the cause and deploy again',
  });
}
