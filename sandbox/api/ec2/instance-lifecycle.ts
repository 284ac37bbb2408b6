import type { InstanceStateChange } from '@aws-sdk/client-ec2';
import { instancesById } from '../../engine/ec2/find.ts';
import {
  rebootInstances as reboot,
  startInstances as start,
  stopInstances as stop,
  terminateInstances as terminate,
} from '../../engine/ec2/lifecycle.ts';
import { checkIds } from '../../engine/ec2/resources.ts';
import type { InstanceRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { stateForm } from './instance-form.ts';

interface Input {
  InstanceIds: string[];
  DryRun?: boolean | undefined;
}

/**
 * API_TerminateInstances.html: when one is protected, those of its zone stay, those of other zones go, and the call fails
 * with `OperationNotPermitted`.
 */
export const terminateInstances: Ec2Handler<'TerminateInstances'> = (input, { engine }) => {
  const instances = named(engine, input);
  const guarded = instances.filter(
    ({ apiTerminationDisabled, state }) => apiTerminationDisabled && state !== 'terminated',
  );
  const closedZones = new Set(guarded.map(({ zone }) => zone));
  const free = instances.filter(({ zone }) => !closedZones.has(zone));
  endDryRun(input);
  const changes = change(instances, () =>
    terminate(
      engine,
      free.map(({ id }) => id),
    ),
  );
  refuseGuarded(guarded, 'terminated', 'disableApiTermination');
  return { TerminatingInstances: changes };
};

export const stopInstances: Ec2Handler<'StopInstances'> = (input, { engine }) => {
  const instances = named(engine, input);
  refuseGuarded(
    instances.filter(({ apiStopDisabled }) => apiStopDisabled),
    'stopped',
    'disableApiStop',
  );
  endDryRun(input);
  return { StoppingInstances: change(instances, () => stop(engine, input.InstanceIds)) };
};

export const startInstances: Ec2Handler<'StartInstances'> = (input, { engine }) => {
  const instances = named(engine, input);
  endDryRun(input);
  return { StartingInstances: change(instances, () => start(engine, input.InstanceIds)) };
};

export const rebootInstances: Ec2Handler<'RebootInstances'> = (input, { engine }) => {
  named(engine, input);
  endDryRun(input);
  reboot(engine, input.InstanceIds);
};

function named(engine: Engine, { InstanceIds }: Input): InstanceRecord[] {
  if (InstanceIds.length === 0) throw new AwsError('MissingParameter', 'No instances specified');
  checkIds('i', InstanceIds);
  return instancesById(engine, InstanceIds);
}

function change(instances: InstanceRecord[], act: () => void): InstanceStateChange[] {
  const before = instances.map(({ state }) => state);
  act();
  return instances.map(({ id, state }, index) => ({
    InstanceId: id,
    CurrentState: stateForm(state),
    PreviousState: stateForm(before[index] ?? state),
  }));
}

function refuseGuarded(guarded: InstanceRecord[], verb: string, attribute: string): void {
  const [first] = guarded;
  if (!first) return;
  throw new AwsError(
    'OperationNotPermitted',
    `The instance '${first.id}' may not be ${verb}. Modify its '${attribute}' instance attribute and try again.`,
  );
}
