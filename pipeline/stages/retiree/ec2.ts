import {
  DeleteSecurityGroupCommand,
  DescribeAddressesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  type Instance,
  ReleaseAddressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { tagRecord } from '../../core/names.ts';
import { goneMachine, type Keeper, type OldMachine } from '../../core/retire/machine.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';
import { ensureImage, isImageThere, removeImage } from './image.ts';

const minutes = 60_000;

/** The old balancer as an EC2 instance. */
export function ec2Keeper(ctx: Context, target: Target): Keeper {
  const { ec2 } = ctx.aws;
  const settled = (machine: OldMachine, wanted: OldMachine['state']) =>
    until(ctx, `${machine.id} to be ${wanted}`, { everyMs: 3000, forMs: 15 * minutes }, async () => {
      const { state } = await findMachine(ctx, target, machine.id);
      return state === wanted ? { done: undefined } : { pending: `it is ${state}` };
    });
  return {
    find: (id) => findMachine(ctx, target, id),
    stop: async (machine) => {
      if (machine.state === 'starting') await settled(machine, 'running');
      if (machine.state === 'running' || machine.state === 'starting')
        await ec2.send(new StopInstancesCommand({ InstanceIds: [machine.id] }));
      await settled(machine, 'stopped');
    },
    start: async (machine) => {
      if (machine.state === 'stopping') await settled(machine, 'stopped');
      if (machine.state !== 'running' && machine.state !== 'starting')
        await ec2.send(new StartInstancesCommand({ InstanceIds: [machine.id] }));
      await settled(machine, 'running');
    },
    snapshot: (machine, name) => ensureImage(ctx, target, { machine, name }),
    removeSnapshot: (id) => removeImage(ctx, target, id),
    isSnapshotThere: (id) => isImageThere(ctx, id),
    terminate: async (machine) => {
      if (machine.state !== 'gone') await ec2.send(new TerminateInstancesCommand({ InstanceIds: [machine.id] }));
      await terminated(ctx, machine.id);
    },
    release: async ({ id }) => {
      try {
        await ec2.send(new ReleaseAddressCommand({ AllocationId: id }));
      } catch (error) {
        if (!isAwsError(error, 'InvalidAllocationID.NotFound')) throw error;
      }
    },
    removeLeftovers: async ({ securityGroups }) => {
      const said: string[] = [];
      for (const group of securityGroups) said.push(await removeGroup(ctx, group));
      return said;
    },
  };
}

/** While it is shutting down, its address and its security groups are still in use. */
async function terminated(ctx: Context, id: string): Promise<void> {
  await until(ctx, `${id} to be terminated`, { everyMs: 3000, forMs: 15 * minutes }, async () => {
    const [found] = await findInstances(ctx, { Name: 'instance-id', Values: [id] });
    const state = found?.State?.Name ?? 'terminated';
    return state === 'terminated' ? { done: undefined } : { pending: `it is ${state}` };
  });
}

async function findMachine(ctx: Context, target: Target, known?: string): Promise<OldMachine> {
  const { instance, tag = '' } = target.retire;
  const id = known ?? instance;
  const all = await findInstances(ctx, id === undefined ? tagFilter(tag) : { Name: 'instance-id', Values: [id] });
  const alive = all.filter(({ State }) => stateOf(State?.Name) !== 'gone');
  const found = alive[0] ?? all[0];
  if (found && alive.length <= 1) return await describe(ctx, found);
  if (id !== undefined) return goneMachine(id);
  throw new DeployError('retire', `${alive.length || 'no'} instances in ${target.region} bear the tag ${tag}`, {
    hint: `name it as retire.instance${alive.length > 0 ? `: ${alive.map(({ InstanceId }) => InstanceId).join(', ')}` : ''}`,
  });
}

function tagFilter(tag: string) {
  const [key = '', ...value] = tag.split('=');
  return { Name: `tag:${key}`, Values: [value.join('=')] };
}

async function findInstances(ctx: Context, filter: { Name: string; Values: string[] }): Promise<Instance[]> {
  const { Reservations = [] } = await ctx.aws.ec2.send(new DescribeInstancesCommand({ Filters: [filter] }));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

const states: Record<string, OldMachine['state']> = {
  pending: 'starting',
  running: 'running',
  stopping: 'stopping',
  stopped: 'stopped',
};

const stateOf = (name = ''): OldMachine['state'] => states[name] ?? 'gone';

async function describe(ctx: Context, found: Instance): Promise<OldMachine> {
  const { InstanceId: id = '', SecurityGroups = [], PublicIpAddress, LaunchTime, Tags } = found;
  const state = stateOf(found.State?.Name);
  if (state === 'gone') return goneMachine(id);
  const tags = tagRecord(Tags);
  const { 'aws:autoscaling:groupName': autoScalingGroup } = tags;
  const [reserved, isProtected] = await Promise.all([findAddresses(ctx, id), readProtection(ctx, id)]);
  return {
    id,
    name: tags['Name'] ?? id,
    ...(autoScalingGroup !== undefined && { autoScalingGroup }),
    state,
    address: reserved[0]?.address ?? PublicIpAddress,
    reserved,
    isProtected,
    keptVolumes: keptVolumes(found),
    startedAt: LaunchTime?.getTime(),
    securityGroups: SecurityGroups.map(({ GroupId = '', GroupName = '' }) => ({ id: GroupId, name: GroupName })),
  };
}

const keptVolumes = ({ BlockDeviceMappings = [] }: Instance): string[] =>
  BlockDeviceMappings.flatMap(({ Ebs }) => (Ebs?.VolumeId && !Ebs.DeleteOnTermination ? [Ebs.VolumeId] : []));

async function findAddresses(ctx: Context, id: string): Promise<OldMachine['reserved']> {
  const { Addresses = [] } = await ctx.aws.ec2.send(
    new DescribeAddressesCommand({ Filters: [{ Name: 'instance-id', Values: [id] }] }),
  );
  return Addresses.map(({ AllocationId = '', PublicIp = '' }) => ({ id: AllocationId, address: PublicIp }));
}

async function readProtection(ctx: Context, id: string): Promise<boolean> {
  const { DisableApiTermination } = await ctx.aws.ec2.send(
    new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'disableApiTermination' }),
  );
  return DisableApiTermination?.Value ?? false;
}

async function removeGroup(ctx: Context, { id, name }: { id: string; name: string }): Promise<string> {
  if (name === 'default') return `security group ${id} is the default one: it stays`;
  try {
    await ctx.aws.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
    return `security group ${id} (${name}) removed`;
  } catch (error) {
    if (isAwsError(error, 'InvalidGroup.NotFound')) return `security group ${id} (${name}) is gone`;
    if (isAwsError(error, 'DependencyViolation')) return `security group ${id} (${name}) is used by others: it stays`;
    throw error;
  }
}
