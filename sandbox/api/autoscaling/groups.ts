import type * as client from '@aws-sdk/client-auto-scaling';
import { activeRefresh, isTerminating } from '../../engine/autoscaling/members.ts';
import type { Group } from '../../engine/autoscaling/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { ensureLinkedRole } from '../iam/linked-roles.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { findGroup, findLiveGroup, invalid } from './find.ts';
import { readLaunches } from './mix.ts';
import { page } from './page.ts';
import { checkSizes, checkTargetGroups, readNetwork, readSettings } from './settings.ts';
import type { GroupInput } from './settings.ts';
import { groupShape } from './shape.ts';
import { readTags } from './tags.ts';

type Asg = typeof client;

const create: HandlerFor<Asg, 'CreateAutoScalingGroup'> = (input, { engine }) => {
  const { groups } = engine.state.autoscaling;
  const name = input.AutoScalingGroupName;
  if (groups[name]) {
    throw new AwsError('AlreadyExists', 'AutoScalingGroup by this name already exists - A group with the name exists');
  }
  const subnets = readNetwork(engine, input) ?? [];
  const [first] = subnets;
  if (!first) throw invalid('At least one Availability Zone or VPC Subnet is required.');
  refuseUnknown(input);
  const launches = readLaunches(engine, input, first.subnetId);
  if (!launches) {
    const either = 'LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy';
    throw invalid(`Valid requests must contain either ${either} parameter.`);
  }
  const sizes = { minSize: input.MinSize, maxSize: input.MaxSize, desired: input.DesiredCapacity ?? input.MinSize };
  checkSizes(sizes);
  const group: Group = {
    name,
    arn: groupArn(engine, name),
    createdAt: engine.clock.now(),
    ...sizes,
    defaultCooldown: 300,
    launchTemplate: launches.template,
    mix: launches.mix,
    subnets,
    targetGroupArns: checkTargetGroups(engine, input.TargetGroupARNs ?? []),
    healthCheckType: 'EC2',
    graceSeconds: 0,
    protectNew: false,
    terminationPolicies: ['Default'],
    tags: readTags(input.Tags ?? [], name),
    suspended: [],
    metrics: [],
    deleting: false,
    members: {},
    policies: {},
    hooks: {},
    activities: [],
    refreshes: [],
    ...readSettings(input),
  };
  setWarmup(group, input);
  if (input.ServiceLinkedRoleARN === undefined) ensureLinkedRole(engine, 'autoscaling.amazonaws.com');
  groups[name] = group;
};

/** Members of AWS's groups that the sandbox cannot honour are refused, not dropped. */
function refuseUnknown(input: GroupInput): void {
  const missing = (['LaunchConfigurationName', 'PlacementGroup'] as const).find((key) => input[key] !== undefined);
  if (missing) throw invalid(`The sandbox has no ${missing}`);
}

const groupArn = (engine: Engine, name: string): string => {
  const hex = engine.id('e').slice(-16);
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8000-${hex.slice(0, 12)}`;
  return `arn:aws:autoscaling:${engine.state.region}:${engine.state.account}:autoScalingGroup:${uuid}:autoScalingGroupName/${name}`;
};

/** -1 takes the warm-up back. */
function setWarmup(group: Group, { DefaultInstanceWarmup: seconds }: GroupInput): void {
  if (seconds === undefined) return;
  if (seconds < -1) throw invalid(`DefaultInstanceWarmup must not be negative, but is ${seconds}`);
  if (seconds === -1) delete group.defaultWarmupSeconds;
  else group.defaultWarmupSeconds = seconds;
}

const update: HandlerFor<Asg, 'UpdateAutoScalingGroup'> = (input, { engine }) => {
  const group = findLiveGroup(engine, input.AutoScalingGroupName);
  refuseUnknown(input);
  const subnets = readNetwork(engine, input) ?? group.subnets;
  const launches = readLaunches(engine, input, subnets[0]?.subnetId ?? '');
  if (launches && activeRefresh(group)?.desired) {
    throw invalid(
      'An active instance refresh with a desired configuration exists. All configuration options derived from the ' +
        'desired configuration are not available for update while the instance refresh is active.',
    );
  }
  const sizes = newSizes(group, input);
  const settings = readSettings(input);
  setWarmup(group, input);
  Object.assign(
    group,
    sizes,
    settings,
    { subnets },
    launches && { launchTemplate: launches.template, mix: launches.mix },
  );
};

/** A new bound moves the desired capacity along; a desired capacity outside of the bounds is refused. */
function newSizes(group: Group, input: GroupInput): Pick<Group, 'minSize' | 'maxSize' | 'desired'> {
  const minSize = input.MinSize ?? group.minSize;
  const maxSize = input.MaxSize ?? group.maxSize;
  const desired = input.DesiredCapacity ?? Math.min(Math.max(group.desired, minSize), maxSize);
  const sizes = { minSize, maxSize, desired };
  checkSizes(sizes);
  return sizes;
}

const remove: HandlerFor<Asg, 'DeleteAutoScalingGroup'> = ({ AutoScalingGroupName, ForceDelete }, { engine }) => {
  const group = findGroup(engine, AutoScalingGroupName);
  const members = Object.values(group.members);
  if (!ForceDelete && members.some((member) => !isTerminating(member))) {
    throw new AwsError(
      'ResourceInUse',
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    );
  }
  if (!ForceDelete && members.length > 0) {
    throw new AwsError(
      'ScalingActivityInProgress',
      'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
    );
  }
  group.deleting = true;
  group.desired = 0;
  group.minSize = 0;
  if (members.length === 0) delete engine.state.autoscaling.groups[group.name];
};

const describeAll: HandlerFor<Asg, 'DescribeAutoScalingGroups'> = (input, { engine }) => {
  const { AutoScalingGroupNames: names = [], Filters = [] } = input;
  const groups = Object.values(engine.state.autoscaling.groups).filter(
    (group) => (names.length === 0 || names.includes(group.name)) && Filters.every((filter) => holds(group, filter)),
  );
  const { items, ...rest } = page(groups, input);
  return { AutoScalingGroups: items.map(groupShape), ...rest };
};

function holds({ tags }: Group, { Name = '', Values = [] }: client.Filter): boolean {
  if (Name === 'tag-key') return tags.some(({ key }) => Values.includes(key));
  if (Name === 'tag-value') return tags.some(({ value }) => Values.includes(value));
  if (Name.startsWith('tag:')) return tags.some(({ key, value }) => `tag:${key}` === Name && Values.includes(value));
  throw invalid(`Filter type ${Name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`);
}

const setDesired: HandlerFor<Asg, 'SetDesiredCapacity'> = ({ AutoScalingGroupName, DesiredCapacity }, { engine }) => {
  const group = findLiveGroup(engine, AutoScalingGroupName);
  const limit =
    DesiredCapacity > group.maxSize ? `above max value ${group.maxSize}` : `below min value ${group.minSize}`;
  if (DesiredCapacity > group.maxSize || DesiredCapacity < group.minSize) {
    throw invalid(`New SetDesiredCapacity value ${DesiredCapacity} is ${limit} for the AutoScalingGroup.`);
  }
  group.desired = DesiredCapacity;
};

export const groupOperations: Operations<Asg> = {
  CreateAutoScalingGroup: create,
  UpdateAutoScalingGroup: update,
  DeleteAutoScalingGroup: remove,
  DescribeAutoScalingGroups: describeAll,
  SetDesiredCapacity: setDesired,
};
