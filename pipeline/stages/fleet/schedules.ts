import {
  DeleteScheduledActionCommand,
  paginateDescribeScheduledActions,
  PutScheduledUpdateGroupActionCommand,
  type ScheduledUpdateGroupAction,
} from '@aws-sdk/client-auto-scaling';
import type { Act, Left } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';

/** The group's scheduled actions as they are. */
export type Schedules = readonly ScheduledUpdateGroupAction[];

/** Scheduled actions have no tags: their names say whose they are. */
const prefix = 'redeploy-';

/** All scheduled actions of the group; none when there is no group. */
export async function findSchedules(ctx: Context, target: Target): Promise<Schedules> {
  const found: ScheduledUpdateGroupAction[] = [];
  const request = { AutoScalingGroupName: namesOf(target).group };
  try {
    for await (const page of paginateDescribeScheduledActions({ client: ctx.aws.autoScaling }, request)) {
      found.push(...(page.ScheduledUpdateGroupActions ?? []));
    }
  } catch (error) {
    if (!isAwsError(error, 'ValidationError')) throw error;
  }
  return found;
}

/** Puts the schedules that are missing or different, deletes those of ours that are not wanted any more. */
export function scheduleActs(target: Target, found: Schedules): Act[] {
  const wanted = Object.entries(target.fleet.schedules).map(([name, schedule]) => wantedAction(name, schedule));
  const names = new Set(wanted.map(({ ScheduledActionName }) => ScheduledActionName));
  const isSurplus = (name: string) => name.startsWith(prefix) && !names.has(name);
  return [
    ...wanted.flatMap((action) => putActs(target, found, action)),
    ...found.flatMap(({ ScheduledActionName: name = '' }) => (isSurplus(name) ? [deleteAct(target, name)] : [])),
  ];
}

/** Scheduled actions that somebody added. */
export const strangeSchedules = (target: Target, found: Schedules): Left[] =>
  found
    .filter(({ ScheduledActionName = '' }) => !ScheduledActionName.startsWith(prefix))
    .map(({ ScheduledActionName }) => ({
      what: `scheduled action ${ScheduledActionName} of ${namesOf(target).group}`,
      why: 'it is none of fleet.schedules, so it is left to you',
    }));

type Schedule = Target['fleet']['schedules'][string];
type Wanted = ReturnType<typeof wantedAction>;

const wantedAction = (name: string, { recurrence, timeZone, min, max, desired }: Schedule) => ({
  ScheduledActionName: `${prefix}${name}`,
  Recurrence: recurrence,
  TimeZone: timeZone,
  ...(min !== undefined && { MinSize: min }),
  ...(max !== undefined && { MaxSize: max }),
  ...(desired !== undefined && { DesiredCapacity: desired }),
});

function putActs(target: Target, found: Schedules, wanted: Wanted): Act[] {
  const { group } = namesOf(target);
  const there = found.find(({ ScheduledActionName }) => ScheduledActionName === wanted.ScheduledActionName);
  if (there && textOf(there) === textOf(wanted)) return [];
  return [
    {
      change: {
        action: there ? 'change' : 'create',
        what: `scheduled action ${wanted.ScheduledActionName} of ${group}`,
        why: `${there ? `it is ${textOf(there)}` : 'it is not there'}, ${textOf(wanted)} is wanted`,
        calls: ['autoscaling:PutScheduledUpdateGroupAction'],
      },
      perform: (ctx) =>
        ctx.aws.autoScaling.send(new PutScheduledUpdateGroupActionCommand({ AutoScalingGroupName: group, ...wanted })),
    },
  ];
}

function deleteAct(target: Target, ScheduledActionName: string): Act {
  const { group } = namesOf(target);
  const request = { AutoScalingGroupName: group, ScheduledActionName };
  return {
    change: {
      action: 'delete',
      what: `scheduled action ${ScheduledActionName} of ${group}`,
      why: 'fleet.schedules does not name it any more',
      calls: ['autoscaling:DeleteScheduledAction'],
    },
    perform: (ctx) => ctx.aws.autoScaling.send(new DeleteScheduledActionCommand(request)),
  };
}

/** `0 8 * * MON-FRI Europe/Berlin, min 4, max 8, desired any`. */
const textOf = ({ Recurrence, TimeZone, ...sizes }: ScheduledUpdateGroupAction | Wanted): string =>
  `${Recurrence} ${TimeZone ?? 'Etc/UTC'}, min ${sizes.MinSize ?? 'any'}, max ${sizes.MaxSize ?? 'any'}, desired ${sizes.DesiredCapacity ?? 'any'}`;

/**
 * Bounds that the group may have: those of the settings, or what a schedule made of them. A deploy at night must not undo the
 * night's sizes.
 */
export function boundsOf({ fleet }: Target, now: { MinSize?: number | undefined; MaxSize?: number | undefined }) {
  const all = Object.values(fleet.schedules);
  const stays = (size: number | undefined, sizes: (number | undefined)[]): size is number =>
    size !== undefined && sizes.includes(size);
  const { MinSize, MaxSize } = now;
  return {
    MinSize: stays(
      MinSize,
      all.map(({ min }) => min),
    )
      ? MinSize
      : fleet.min,
    MaxSize: stays(
      MaxSize,
      all.map(({ max }) => max),
    )
      ? MaxSize
      : fleet.max,
  };
}
