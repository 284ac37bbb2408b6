import { AwsError } from '../../api/error.ts';
import { launchInstances } from '../ec2/launch.ts';
import type { InstanceRecord } from '../ec2/state.ts';
import { resolveLaunchTemplate, templateLaunchRequest } from '../ec2/template.ts';
import type { Engine } from '../engine.ts';
import { at, openActivity } from './activities.ts';
import { activeRefresh, launchesFrom } from './members.ts';
import { subnetsByLoad } from './plan-capacity.ts';
import type { Group, Member } from './state.ts';

/** After a failed launch the group waits before it tries again. */
const retryMs = 15_000;

/**
 * Launches instances one by one over the zones. A failure is recorded as an activity; the next zone is tried ("if the launch
 * is unsuccessful in one Availability Zone, it attempts to launch in another one", auto-scaling-benefits.html).
 */
export function launchMembers(engine: Engine, group: Group, { count, cause }: { count: number; cause: string }): void {
  for (let launched = 0; launched < count; launched += 1) {
    if (!subnetsByLoad(group).some((subnet) => launchIn(engine, group, subnet, cause))) return;
    delete group.retryLaunchAt;
  }
}

function launchIn(engine: Engine, group: Group, subnet: Group['subnets'][number], cause: string): boolean {
  try {
    addMember(engine, group, launchPreferred(engine, group, subnet), cause);
    return true;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    recordFailure(engine, group, { subnet, cause, error });
    return false;
  }
}

/** "prioritized": the first of the types that there is room for (allocation-strategies.html). */
function launchPreferred(engine: Engine, group: Group, subnet: Group['subnets'][number]): InstanceRecord {
  const { types: wanted = [] } = launchesFrom(group).mix ?? {};
  const types = wanted.length > 0 ? wanted : [undefined];
  for (const [at, type] of types.entries()) {
    try {
      return launchOne(engine, group, { ...subnet, type });
    } catch (error) {
      const isFull = error instanceof AwsError && error.code === 'InsufficientInstanceCapacity';
      if (!isFull || at === types.length - 1) throw error;
    }
  }
  throw new AwsError('InternalError', 'there is no type to launch', { status: 500 });
}

function launchOne(
  engine: Engine,
  group: Group,
  { subnetId, type }: { subnetId: string; type: string | undefined },
): InstanceRecord {
  const { id, version } = launchesFrom(group).template;
  const template = resolveLaunchTemplate(engine, { id, version });
  const propagated = group.tags.filter(({ propagate }) => propagate).map(({ key, value }) => [key, value] as const);
  const request = templateLaunchRequest(engine, template, {
    count: 1,
    instanceType: type,
    subnetId,
    requesterId: 'autoscaling.amazonaws.com',
    tags: { instance: { ...Object.fromEntries(propagated), 'aws:autoscaling:groupName': group.name } },
  });
  const [instance] = launchInstances(engine, request);
  if (!instance) throw new AwsError('InternalError', 'no instance was launched', { status: 500 });
  return instance;
}

function addMember(engine: Engine, group: Group, instance: InstanceRecord, cause: string): void {
  const { id, version } = launchesFrom(group).template;
  const template = resolveLaunchTemplate(engine, { id, version });
  const refresh = activeRefresh(group);
  const activity = openActivity(engine, group, {
    description: `Launching a new EC2 instance: ${instance.id}`,
    cause: at(engine, cause),
    status: 'PreInService',
    progress: 30,
    zone: instance.zone,
    subnetId: instance.subnetId,
  });
  const member: Member = {
    instanceId: instance.id,
    zone: instance.zone,
    subnetId: instance.subnetId,
    instanceType: instance.instanceType,
    template: { id: template.id, name: template.name, version: String(template.version) },
    lifecycle: 'Pending',
    health: 'Healthy',
    protected: group.protectNew,
    launchedAt: engine.clock.now(),
    hooksDone: [],
    activityId: activity.id,
    registered: [],
    ...(refresh && { refreshId: refresh.id }),
  };
  group.members[instance.id] = member;
  engine.log(`group ${group.name}: launching ${instance.id} from version ${template.version} in ${instance.zone}`);
}

interface Failure {
  subnet: Group['subnets'][number];
  cause: string;
  error: AwsError;
}

function recordFailure(engine: Engine, group: Group, { subnet, cause, error }: Failure): void {
  const message = `${error.message.replace(/\.?$/, '.')} Launching EC2 instance failed.`;
  openActivity(engine, group, {
    description: 'Launching a new EC2 instance.  Status Reason: ' + message,
    cause: at(engine, cause),
    status: 'Failed',
    message,
    progress: 100,
    endedAt: engine.clock.now(),
    zone: subnet.zone,
    subnetId: subnet.subnetId,
  });
  group.retryLaunchAt = engine.clock.now() + retryMs;
  engine.log(`group ${group.name}: ${message}`);
}
