import {
  DeleteScheduledActionCommand,
  DescribeScheduledActionsCommand,
  PutScheduledUpdateGroupActionCommand,
} from '@aws-sdk/client-auto-scaling';
import { describe, expect, test } from 'vitest';
import { startFleet, type Fleet } from './fleet.ts';

const AutoScalingGroupName = 'shop';
const action = { AutoScalingGroupName, ScheduledActionName: 'end' };
const nothing = { MinSize: 0, MaxSize: 0, DesiredCapacity: 0 };
const inSeconds = ({ clock }: Fleet, seconds: number) => new Date(clock.now() + seconds * 1000);
const planned = async ({ asg }: Fleet) =>
  (await asg.send(new DescribeScheduledActionsCommand({ AutoScalingGroupName }))).ScheduledUpdateGroupActions ?? [];

describe('a scheduled action', () => {
  test('resizes its group once, at its time, and is forgotten', async () => {
    await using fleet = await startFleet();
    await fleet.create();
    await fleet.settled(2);
    const StartTime = inSeconds(fleet, 600);
    await fleet.asg.send(new PutScheduledUpdateGroupActionCommand({ ...action, ...nothing, StartTime }));
    expect(await planned(fleet)).toMatchObject([{ ...action, ...nothing, StartTime }]);
    await fleet.clock.advance(590_000);
    expect(await fleet.instances()).toHaveLength(2);
    await fleet.clock.advance(60_000);
    expect(await fleet.group()).toMatchObject({ MinSize: 0, MaxSize: 0, DesiredCapacity: 0 });
    expect(await fleet.instances()).toEqual([]);
    expect(await planned(fleet)).toEqual([]);
    const activities = await fleet.activities();
    expect(activities.map(({ Description }) => Description)).toContain('Executing scheduled action end');
  });

  test('put again is changed, and what is not named stays', async () => {
    await using fleet = await startFleet();
    await fleet.create();
    await fleet.asg.send(
      new PutScheduledUpdateGroupActionCommand({ ...action, ...nothing, StartTime: inSeconds(fleet, 600) }),
    );
    const later = inSeconds(fleet, 900);
    await fleet.asg.send(new PutScheduledUpdateGroupActionCommand({ ...action, StartTime: later }));
    expect(await planned(fleet)).toMatchObject([{ ...nothing, StartTime: later }]);
    await fleet.asg.send(new DeleteScheduledActionCommand(action));
    expect(await planned(fleet)).toEqual([]);
  });

  test('is refused in the past, without sizes, and at the time of another', async () => {
    await using fleet = await startFleet();
    await fleet.create();
    const put = (more: object) => fleet.asg.send(new PutScheduledUpdateGroupActionCommand({ ...action, ...more }));
    const StartTime = inSeconds(fleet, 600);
    await expect(put({ ...nothing, StartTime: inSeconds(fleet, -1) })).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('past') as unknown,
    });
    await expect(put({ StartTime })).rejects.toMatchObject({ name: 'ValidationError' });
    await put({ ...nothing, StartTime });
    await expect(put({ ...nothing, ScheduledActionName: 'other', StartTime })).rejects.toMatchObject({
      name: 'AlreadyExistsFault',
    });
    await expect(
      fleet.asg.send(new DeleteScheduledActionCommand({ ...action, ScheduledActionName: 'x' })),
    ).rejects.toMatchObject({ name: 'ValidationError' });
  });
});
