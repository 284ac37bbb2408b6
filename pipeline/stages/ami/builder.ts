import { createHash } from 'node:crypto';
import {
  paginateDescribeInstances,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { performAll, type Act } from '../../core/act.ts';
import type { ImageKey } from '../../core/artifacts.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { filtersOf, namesOf, tagKeys, tagRecord, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';
import { onceKnown } from '../../core/wait.ts';
import type { Foundation } from '../foundation.ts';
import type { BaseAmi } from './base-ami.ts';
import { isAlive, judgeBuilder } from './judge-builder.ts';
import { builderUserData, type MachineFiles } from './user-data.ts';

/** What a builder is for: found again by these, never by a remembered id. */
export interface Bake {
  target: Target;
  imageKey: ImageKey;
  base: BaseAmi;
  files: MachineFiles;
}

/** Takes up the builder that an earlier run left, or launches one. Returns its id. */
export async function launchBuilder(ctx: Context, bake: Bake, foundation: Foundation): Promise<string> {
  const all = await findBuilders(ctx, bake);
  const alive = adoptable(all);
  if (alive) return alive.InstanceId ?? '';
  // A client token names one launch for ever: after a terminated builder, only the next number makes a new machine.
  for (let attempt = all.length; ; attempt += 1) {
    const launched = await launch(ctx, bake, foundation, attempt);
    if (isAlive(launched)) return launched.InstanceId ?? '';
  }
}

/**
 * Terminates every builder of this bake that still exists, whoever launched it, and those of other bakes that nobody can be
 * waiting for any more.
 */
export async function removeBuilders(ctx: Context, bake: Pick<Bake, 'target' | 'imageKey'>): Promise<void> {
  await performAll(ctx, removalActs(bake, await findAllBuilders(ctx, bake.target), ctx.clock.now()));
}

/** The one that a new run goes on with: it is there, and its bake has not failed. */
export const adoptable = (ofThisBake: readonly Instance[]): Instance | undefined =>
  ofThisBake.find((one) => isAlive(one) && !('failed' in judgeBuilder(one)));

export const isOfBake = ({ Tags }: Instance, imageKey: ImageKey | undefined): boolean =>
  imageKey !== undefined && tagRecord(Tags)[tagKeys.imageKey] === imageKey;

/** What `removeBuilders` does. */
export function removalActs(
  { target, imageKey }: { target: Target; imageKey: ImageKey | undefined },
  all: readonly Instance[],
  now: number,
): Act[] {
  const overdueMs = now - 2 * target.bake.timeoutSeconds * 1000;
  const isOverdue = ({ LaunchTime }: Instance) => LaunchTime !== undefined && LaunchTime.getTime() < overdueMs;
  const left = all.filter((one) => isAlive(one) && (isOfBake(one, imageKey) || isOverdue(one)));
  if (left.length === 0) return [];
  const InstanceIds = left.map(({ InstanceId = '' }) => InstanceId);
  return [
    {
      change: {
        action: 'delete',
        what: `builder ${InstanceIds.join(', ')}`,
        why: 'a bake that was cut off left it',
        calls: ['ec2:TerminateInstances'],
      },
      perform: (ctx) => ctx.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds })),
    },
  ];
}

/** All builders of this bake that EC2 still lists, terminated ones too. */
export async function findBuilders(ctx: Context, { target, imageKey }: Bake): Promise<Instance[]> {
  return (await findAllBuilders(ctx, target)).filter((one) => isOfBake(one, imageKey));
}

/** All builders of the environment. */
export async function findAllBuilders(ctx: Context, target: Target): Promise<Instance[]> {
  const found: Instance[] = [];
  const request = { Filters: filtersOf(target, 'builder') };
  for await (const page of paginateDescribeInstances({ client: ctx.aws.ec2 }, request)) {
    found.push(...(page.Reservations ?? []).flatMap(({ Instances = [] }) => Instances));
  }
  return found;
}

/** Subnet and groups stand with the interface as soon as that says anything (API_RunInstances.html). */
function placeOf({ network, securityGroups }: Foundation, subnet: string): Partial<RunInstancesCommandInput> {
  const Groups = [securityGroups.builder];
  const { publicAddress } = network;
  if (publicAddress === undefined) return { SubnetId: subnet, SecurityGroupIds: Groups };
  return {
    NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnet, AssociatePublicIpAddress: publicAddress, Groups }],
  };
}

function launchRequest(
  bake: Bake,
  foundation: Foundation,
  { attempt, subnet, type }: { attempt: number; subnet: string; type: string },
): RunInstancesCommandInput {
  const { target, base } = bake;
  const tags = tagsOf(target, 'builder', {
    Name: `${namesOf(target).stem} builder`,
    [tagKeys.imageKey]: bake.imageKey,
  });
  const request: RunInstancesCommandInput = {
    ImageId: base.id,
    InstanceType: type as NonNullable<RunInstancesCommandInput['InstanceType']>,
    MinCount: 1,
    MaxCount: 1,
    ...placeOf(foundation, subnet),
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

/** What a machine made a moment ago is unknown to EC2 for some seconds: the profile, as InvalidParameterValue, and the group. */
const unknownYet = ['InvalidParameterValue', 'InvalidGroup.NotFound'];
/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html: another zone, or another type, may be there. */
const noRoom = ['InsufficientInstanceCapacity', 'Unsupported'];

async function launch(ctx: Context, bake: Bake, foundation: Foundation, attempt: number): Promise<Instance> {
  const { instance, bake: own } = bake.target;
  const types = [own.instanceType ?? instance.type, ...instance.fallbackTypes];
  const places = types.flatMap((type) => foundation.network.subnets.map((subnet) => ({ type, subnet })));
  for (const [at, { type, subnet }] of places.entries()) {
    const request = launchRequest(bake, foundation, { attempt, subnet, type });
    try {
      return await onceKnown(ctx, 'launch of the builder', unknownYet, () => launchOnce(ctx, request));
    } catch (error) {
      if (!isAwsError(error, ...noRoom) || at === places.length - 1) throw error;
      ctx.report({ kind: 'note', message: `no room for the builder (${type}) in ${subnet}: trying the next place` });
    }
  }
  return {};
}

async function launchOnce(ctx: Context, request: RunInstancesCommandInput): Promise<Instance> {
  try {
    const { Instances } = await ctx.aws.ec2.send(new RunInstancesCommand(request));
    return Instances?.[0] ?? {};
  } catch (error) {
    // the token's machine ended: the next attempt's token makes a new one (EC2 errors-overview.html)
    if (isAwsError(error, 'IdempotentInstanceTerminated')) return { State: { Name: 'terminated' } };
    throw error;
  }
}
