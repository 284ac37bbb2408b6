import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';

/** An alarm as CloudWatch knows it: OK, ALARM or INSUFFICIENT_DATA, and why. */
interface AlarmState {
  state: string | undefined;
  reason: string | undefined;
}

/**
 * Looks at the alarms of `rollout.alarms` before anything is built: one that rings already, or is not there, would fail the
 * roll. Throws `fleet` with all of them.
 */
export async function checkAlarms(ctx: Context, { rollout }: Pick<Target, 'rollout'>): Promise<void> {
  const { alarms } = rollout;
  if (alarms.length === 0) return;
  const request = { AlarmNames: alarms, AlarmTypes: ['MetricAlarm' as const, 'CompositeAlarm' as const] };
  const { MetricAlarms = [], CompositeAlarms = [] } = await ctx.aws.cloudWatch.send(new DescribeAlarmsCommand(request));
  const known = new Map<string, AlarmState>(
    [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName = '', StateValue: state, StateReason: reason }) => [
      AlarmName,
      { state, reason },
    ]),
  );
  const wrong = alarms.flatMap((name) => whyWrong(name, known.get(name)) ?? []);
  if (wrong.length === 0) return;
  throw new DeployError('fleet', `AWS would take the release back at once: ${wrong.join(', and ')}`, {
    hint: 'wait until it is quiet, or correct rollout.alarms in redeploy.json; `redeploy rollback` asks no alarms',
  });
}

function whyWrong(name: string, alarm: AlarmState | undefined): string | undefined {
  if (!alarm) return `there is no alarm "${name}" in this region`;
  return alarm.state === 'ALARM' ? `the alarm "${name}" rings (${alarm.reason ?? 'no reason given'})` : undefined;
}
