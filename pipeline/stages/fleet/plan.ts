import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Change, Left } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { namesOf } from '../../core/names.ts';
import { findGroup, isMoving, type Roll, type World } from '../../core/observe.ts';
import { findSpares } from '../../core/observe/spares.ts';
import type { Release } from '../../core/release.ts';
import type { Target } from '../../core/target.ts';
import { isOurs, isThere } from '../fleet.ts';
import { checkAlarms } from './check-alarms.ts';
import { groupChanges, groupCreation, type FoundGroup, type Ground } from './group.ts';
import { pinChanges, typeChanges } from './pin.ts';
import { spareChanges } from './plan-spares.ts';
import { requestLabel } from './policies.ts';
import { findScaling, leftOfScaling } from './scaling.ts';

/** What `moveFleet` would do. */
export interface FleetPlan {
  changes: Change[];
  left: Left[];
  /** Another deploy's roll that has to end first; what it leaves decides the rest. */
  waitsFor: string | undefined;
  /** Machines that are started to be kept in reserve. */
  reserved: number;
}

/** Where the fleet shall go: undefined is a release that does not exist yet. */
interface Goal {
  world: World;
  release: Release | undefined;
  subnets: string[];
}

/** Looks at what `moveFleet` looks at. Only reads; throws as it does. */
export async function planFleet(ctx: Context, target: Target, goal: Goal): Promise<FleetPlan> {
  const [group, scaling, spares] = await Promise.all([
    findGroup(ctx, namesOf(target).group),
    findScaling(ctx, target),
    findSpares(ctx, target, goal.world),
  ]);
  if (!group || group.Status) return { changes: newFleet(target, group), left: [], waitsFor: undefined, reserved: 0 };
  const roll = goal.world.rolls.find((one) => isMoving(one));
  const isOther = roll && !(goal.release && isOurs(roll, { release: goal.release }));
  const ground = groundOf(goal);
  await checkAlarms(ctx, target);
  const moves = moveChanges(target, group, goal);
  const isMove = moves.some(({ action }) => action === 'move');
  const reserve = spareChanges(target, { world: goal.world, spares, moves: isMove, now: ctx.clock.now() });
  return {
    changes: [...groupChanges(target, { group, scaling }, ground), ...moves, ...reserve],
    left: [...leftOfScaling(target, scaling), ...leftOfGroup(target, { group, scaling })],
    waitsFor: isOther ? rollText(roll) : undefined,
    reserved: reserve.some(({ action }) => action === 'create') ? (goal.world.fleet?.desired ?? 0) : 0,
  };
}

function groundOf({ world: { balancer, targetGroup }, subnets }: Goal): Ground {
  return { subnets, label: requestLabel(balancer?.arn ?? '', targetGroup ?? '') };
}

const rollText = ({ release, status }: Roll): string => `the roll to ${release ?? 'another configuration'} (${status})`;

/** A group that is going away has to be gone before its name is free. */
function newFleet(target: Target, leaving: AutoScalingGroup | undefined): Change[] {
  if (!leaving) return [groupCreation(target)];
  const removal: Change = {
    action: 'delete',
    what: `Auto Scaling group ${namesOf(target).group}`,
    why: 'it is being deleted already, and its name is needed',
    calls: ['autoscaling:DeleteAutoScalingGroup'],
  };
  return [removal, groupCreation(target)];
}

function moveChanges(target: Target, group: AutoScalingGroup, { world, release }: Goal): Change[] {
  const pin = pinChanges(target, group, world.releases);
  const live = `v${pin.version}` as const;
  const pinned: World = { ...world, fleet: world.fleet && { ...world.fleet, live } };
  if (release && isThere(pinned, release)) return stayChanges(target, group, release, pin.changes);
  const move: Change = {
    action: 'move',
    what: `fleet ${namesOf(target).group} to ${release?.name ?? 'the new release'}`,
    why: `from ${live === release?.name ? 'machines of several releases' : live}: ${machinesText(world)} replaced`,
    // A machine that leaves is tagged, so that it hands over its connections (see tellLeaving).
    calls: ['autoscaling:StartInstanceRefresh', 'ec2:CreateTags'],
  };
  const isUnderWay = release !== undefined && world.rolls.some((roll) => isMoving(roll) && isOurs(roll, { release }));
  const followed = { ...move, why: 'a roll that a run left is followed to its end', calls: ['ec2:CreateTags'] };
  return [...pin.changes, isUnderWay ? followed : move];
}

/** A pin brings the types along. */
const stayChanges = (target: Target, group: AutoScalingGroup, release: Release, pin: Change[]): Change[] =>
  pin.length > 0 ? pin : typeChanges(target, group, release);

function machinesText({ fleet }: World): string {
  const count = fleet?.machines.length ?? 0;
  return count === 1 ? '1 machine is' : `${count} machines are`;
}

/** What somebody did to the group, and a deploy does not touch. */
function leftOfGroup(target: Target, { group }: FoundGroup): Left[] {
  const processes = (group.SuspendedProcesses ?? []).map(({ ProcessName = '' }) => ProcessName);
  if (processes.length === 0) return [];
  const why = `${processes.join(', ')} are suspended; whoever did so has a reason: \`redeploy repair\` resumes those that a roll needs`;
  return [{ what: `Auto Scaling group ${namesOf(target).group}`, why }];
}
