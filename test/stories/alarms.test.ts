import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { plan } from '../../pipeline/commands/plan.ts';
import { failureOf } from '../support/failure.ts';
import { clients } from '../support/sandbox.ts';
import { startStory, type Story } from '../support/story.ts';

/** Somebody else's alarm: the pipeline only looks. */
async function ring(story: Story, AlarmName: string, StateValue: 'OK' | 'ALARM'): Promise<void> {
  const { cloudWatch } = clients(story.sandbox);
  const metric = { Namespace: 'shop', MetricName: AlarmName, Statistic: 'Sum' as const, Period: 60 };
  const rule = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' as const };
  await cloudWatch.send(new PutMetricAlarmCommand({ AlarmName, ...metric, ...rule }));
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'said so' }));
}

describe('alarms of rollout.alarms', { timeout: 60_000 }, () => {
  it('that ring or are not there stop a deploy before anything is built, and all are told', async () => {
    await using story = await startStory({ rollout: { alarms: ['errors', 'latency'] } });
    await story.deploy();
    await ring(story, 'errors', 'ALARM');
    await story.edit('second line\n');
    const { message } = await failureOf(story.deploy());
    expect(message).toContain('the alarm "errors" rings (said so), and there is no alarm "latency" in this region');
    expect(story.docker.builds).toHaveLength(1);
    const planned = story.clock.run(async () =>
      plan(story.ctx, await story.target(), { bundle: `${story.app}/bundle` }),
    );
    expect((await failureOf(planned)).message).toBe(message);
  });
});
