import { paginateDescribeAlarms, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { failed, ok, warning, worst, type Verdict } from '../../core/check.ts';
import type { Context } from '../../core/context.ts';
import type { Target } from '../../core/target.ts';

type Alarm = Pick<MetricAlarm, 'AlarmName' | 'StateValue' | 'StateReason'>;

/** Alarms that take a roll back: one that rings before the roll ends every roll at once. */
export function judgeAlarms(wanted: readonly string[], found: readonly Alarm[]): Verdict {
  if (wanted.length === 0) return ok('rollout.alarms names none');
  return worst(
    wanted.map((name) =>
      judgeAlarm(
        name,
        found.find(({ AlarmName }) => AlarmName === name),
      ),
    ),
    `${wanted.join(', ')}: quiet`,
  );
}

function judgeAlarm(name: string, alarm: Alarm | undefined): Verdict {
  if (!alarm) return failed(`there is no alarm "${name}" in this region`, 'correct rollout.alarms in redeploy.json');
  const { StateValue, StateReason } = alarm;
  if (StateValue === 'ALARM') {
    const why = StateReason === undefined ? '' : `: ${StateReason}`;
    return failed(
      `alarm "${name}" rings${why}`,
      'see to it first, or take it out of rollout.alarms: a roll would be taken back at once',
    );
  }
  if (StateValue === 'OK') return ok('');
  return warning(`alarm "${name}" has no data`, 'see that its metric exists: it cannot warn of a bad release');
}

export async function checkAlarms(ctx: Context, target: Target): Promise<Verdict> {
  const { alarms } = target.rollout;
  if (alarms.length === 0) return judgeAlarms([], []);
  const found: Alarm[] = [];
  const client = { client: ctx.aws.cloudWatch };
  for await (const page of paginateDescribeAlarms(client, { AlarmNames: [...alarms] })) {
    found.push(...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? []));
  }
  return judgeAlarms(alarms, found);
}
