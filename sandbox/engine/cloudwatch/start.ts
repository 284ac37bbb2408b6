import { findInstance } from '../ec2/find.ts';
import { balancersOf } from '../elb/in-use.ts';
import type { LoadBalancer, TargetGroup } from '../elb/state.ts';
import { targetHealth } from '../elb/target-health.ts';
import type { Engine } from '../engine.ts';
import { evaluateAlarms } from './alarms.ts';
import { minuteMs, oneValue, putMetric } from './metrics.ts';

/** Basic monitoring of EC2: every five minutes (viewing_metrics_with_cloudwatch.html). */
const basicMs = 5 * minuteMs;

/** Call once at start of the sandbox: measures machines and targets and looks at alarms, each minute on the engine's clock. */
export function startMetrics(engine: Engine): void {
  engine.background('metrics', async () => {
    for (;;) {
      const now = engine.clock.now();
      await engine.clock.sleep(minuteMs - (now % minuteMs), engine.signal);
      if (engine.clock.now() % basicMs < minuteMs) await measureMachines(engine);
      countTargets(engine);
      evaluateAlarms(engine);
      engine.save();
    }
  });
}

/** What running machines received, sent and computed since the last time. */
async function measureMachines(engine: Engine): Promise<void> {
  const { usage } = engine.state.cloudwatch;
  for (const { id } of Object.values(engine.state.ec2.instances).filter(({ state }) => state === 'running')) {
    try {
      await measure(engine, id);
    } catch (error) {
      engine.log(`${id}: not measured: ${String(error)}`);
    }
  }
  for (const id of Object.keys(usage)) if (findInstance(engine, id)?.state !== 'running') delete usage[id];
}

async function measure(engine: Engine, instanceId: string): Promise<void> {
  const { usage } = engine.state.cloudwatch;
  const counters = await engine.machines.usage?.(instanceId);
  if (!counters) return;
  const at = engine.clock.now();
  const last = usage[instanceId];
  usage[instanceId] = { ...counters, at };
  // Counters begin anew with a machine that was switched off and on.
  const before = last && last.receivedBytes <= counters.receivedBytes ? last : undefined;
  const since = (key: 'receivedBytes' | 'sentBytes' | 'cpuSeconds') =>
    Math.max(0, counters[key] - (before?.[key] ?? 0));
  const seconds = (before ? at - before.at : basicMs) / 1000;
  const put = (name: string, unit: string, value: number) =>
    putMetric(
      engine,
      { namespace: 'AWS/EC2', name, dimensions: { InstanceId: instanceId }, unit },
      oneValue(value),
      // The period that is over.
      at - 1,
    );
  put('NetworkIn', 'Bytes', since('receivedBytes'));
  put('NetworkOut', 'Bytes', since('sentBytes'));
  put('CPUUtilization', 'Percent', Math.min(100, (100 * since('cpuSeconds')) / seconds / counters.cpus));
}

/** HealthyHostCount and UnHealthyHostCount of every target group that a load balancer uses. */
function countTargets(engine: Engine): void {
  for (const group of Object.values(engine.state.elb.targetGroups)) {
    const states = Object.values(group.targets).map((target) => targetHealth(engine, group, target).State);
    const count = (state: string) => states.filter((one) => one === state).length;
    for (const balancer of balancersOf(engine, group.arn)) {
      const dimensions = { ...groupDimension(group), ...balancerDimension(balancer) };
      const put = (name: string, value: number) =>
        putMetric(
          engine,
          { namespace: 'AWS/ApplicationELB', name, dimensions, unit: 'Count' },
          oneValue(value),
          engine.clock.now() - 1,
        );
      put('HealthyHostCount', count('healthy'));
      put('UnHealthyHostCount', count('unhealthy'));
    }
  }
}

/** `app/name/id`, the end of the ARN (load-balancer-cloudwatch-metrics.html). */
export const balancerDimension = ({ arn }: LoadBalancer) => ({ LoadBalancer: arn.split(':loadbalancer/')[1] ?? arn });
/** `targetgroup/name/id`. */
export const groupDimension = ({ arn }: TargetGroup) => ({ TargetGroup: arn.split(':').at(-1) ?? arn });
