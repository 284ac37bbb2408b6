import type { InstanceStatus, InstanceStatusSummary } from '@aws-sdk/client-ec2';
import type { InstanceRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { stateForm } from './instance-form.ts';

/** The first checks take a few minutes on AWS: a multiple of the launch. */
const initializingLaunches = 6;

/** Both status checks of an instance: they fail together when its machine died. */
export function statusForm(engine: Engine, instance: InstanceRecord): InstanceStatus {
  const summary = judge(engine, instance);
  return {
    InstanceId: instance.id,
    AvailabilityZone: instance.zone,
    InstanceState: stateForm(instance.state),
    InstanceStatus: summary,
    SystemStatus: summary,
    Events: [],
  };
}

function judge(engine: Engine, instance: InstanceRecord): InstanceStatusSummary {
  if (instance.state !== 'running') return { Status: 'not-applicable' };
  const { impairedAtMs, runningAtMs = 0 } = instance;
  if (impairedAtMs !== undefined) {
    return {
      Status: 'impaired',
      Details: [{ Name: 'reachability', Status: 'failed', ImpairedSince: new Date(impairedAtMs) }],
    };
  }
  const young = engine.clock.now() - runningAtMs < initializingLaunches * engine.timing.launchMs;
  return young
    ? { Status: 'initializing', Details: [{ Name: 'reachability', Status: 'initializing' }] }
    : { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] };
}
