import type * as client from '@aws-sdk/client-auto-scaling';
import { isRecurrence, isTimeZone, nextOccurrence } from '../../engine/autoscaling/recurrence.ts';
import type { Group, Schedule } from '../../engine/autoscaling/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { Operations } from '../service.ts';
import { findGroup, findLiveGroup, invalid } from './find.ts';
import { page } from './page.ts';

type Input = client.PutScheduledUpdateGroupActionType;

const shape = (engine: Engine, group: Group, schedule: Schedule): client.ScheduledUpdateGroupAction => ({
  AutoScalingGroupName: group.name,
  ScheduledActionName: schedule.name,
  ScheduledActionARN: `arn:aws:autoscaling:${engine.state.region}:${engine.state.account}:scheduledUpdateGroupAction:${schedule.id}:autoScalingGroupName/${group.name}:scheduledActionName/${schedule.name}`,
  Time: new Date(schedule.startAt),
  StartTime: new Date(schedule.startAt),
  ...(schedule.endAt !== undefined && { EndTime: new Date(schedule.endAt) }),
  ...(schedule.recurrence !== undefined && { Recurrence: schedule.recurrence }),
  ...(schedule.timeZone !== undefined && { TimeZone: schedule.timeZone }),
  ...(schedule.minSize !== undefined && { MinSize: schedule.minSize }),
  ...(schedule.maxSize !== undefined && { MaxSize: schedule.maxSize }),
  ...(schedule.desired !== undefined && { DesiredCapacity: schedule.desired }),
});

/** At most so many a group (autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html). */
const mostSchedules = 125;

const put: Operations<typeof client>['PutScheduledUpdateGroupAction'] = (input, { engine }) => {
  const group = findLiveGroup(engine, input.AutoScalingGroupName);
  const { ScheduledActionName: name } = input;
  checkRecurrence(input);
  const known = group.schedules?.[name];
  const others = Object.values(group.schedules ?? {}).filter((one) => one.name !== name);
  const startAt = readStart(engine, input, known);
  if (others.some((one) => one.startAt === startAt)) {
    throw new AwsError('AlreadyExists', 'A scheduled action with the same start time exists in this group');
  }
  if (others.length >= mostSchedules)
    throw new AwsError('LimitExceeded', 'Maximum number of scheduled actions reached');
  const sizes = readSizes(input);
  if (!known && Object.keys(sizes).length === 0) {
    throw invalid('At least one of MinSize, MaxSize or DesiredCapacity must be specified');
  }
  const schedule = { id: engine.id('e').slice(-16), ...known, name, startAt, ...readTimes(input), ...sizes };
  group.schedules = { ...group.schedules, [name]: schedule };
};

function checkRecurrence({ Recurrence, TimeZone, MinSize = 0, MaxSize = Infinity }: Input): void {
  if (Recurrence !== undefined && !isRecurrence(Recurrence))
    throw invalid(`Given recurrence string:${Recurrence} is invalid`);
  if (TimeZone !== undefined && !isTimeZone(TimeZone)) throw invalid(`The time zone ${TimeZone} is invalid`);
  if (MinSize > MaxSize) throw invalid('Min value cannot be greater than max value');
}

const readTimes = ({ EndTime, Recurrence, TimeZone }: Input) => ({
  ...(EndTime && { endAt: EndTime.getTime() }),
  ...(Recurrence !== undefined && { recurrence: Recurrence }),
  ...(TimeZone !== undefined && { timeZone: TimeZone }),
});

/** The start that is given, else the first moment that the recurrence names. */
function readStart(engine: Engine, input: Input, known?: Schedule): number {
  const { recurrence, timeZone } = { ...known, ...readTimes(input) };
  const next = recurrence === undefined ? undefined : nextOccurrence(recurrence, timeZone, engine.clock.now());
  const startAt = (input.StartTime ?? input.Time)?.getTime() ?? next ?? known?.startAt;
  if (startAt === undefined) throw invalid('Either Recurrence or StartTime must be specified');
  if (startAt <= engine.clock.now()) throw invalid('Given start time is in the past');
  return startAt;
}

const readSizes = ({ MinSize, MaxSize, DesiredCapacity }: Input) => ({
  ...(MinSize !== undefined && { minSize: MinSize }),
  ...(MaxSize !== undefined && { maxSize: MaxSize }),
  ...(DesiredCapacity !== undefined && { desired: DesiredCapacity }),
});

/** Scheduled actions; engine/autoscaling/run-schedules.ts carries them out. */
export const scheduleOperations: Operations<typeof client> = {
  PutScheduledUpdateGroupAction: put,

  DescribeScheduledActions: (input, { engine }) => {
    const { AutoScalingGroupName: of, ScheduledActionNames: names = [] } = input;
    const groups = of === undefined ? Object.values(engine.state.autoscaling.groups) : [findGroup(engine, of)];
    const found = groups
      .flatMap((group) => Object.values(group.schedules ?? {}).map((one) => shape(engine, group, one)))
      .filter(({ ScheduledActionName = '' }) => names.length === 0 || names.includes(ScheduledActionName));
    const { items, ...rest } = page(found, input);
    return { ScheduledUpdateGroupActions: items, ...rest };
  },

  DeleteScheduledAction: ({ AutoScalingGroupName, ScheduledActionName }, { engine }) => {
    const { schedules } = findLiveGroup(engine, AutoScalingGroupName);
    if (!schedules?.[ScheduledActionName]) throw invalid('Scheduled action name not found');
    delete schedules[ScheduledActionName];
  },
};
