import { DescribeImagesCommand, DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import { stockImageId } from '../../../sandbox/engine/ec2/stock.ts';
import { timings, type Timing } from '../../../sandbox/engine/engine.ts';
import { simulatedMachines, type Behaviour } from '../../../sandbox/engine/machines/simulated.ts';
import { fakeClock } from '../../support/clock.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';

/** AWS-like but round, so that tests can name the moments. */
const timing: Timing = { ...timings.none, launchMs: 17_000, imageMs: 100_000, tickMs: 1000 };

export const small = {
  ImageId: stockImageId('x86_64'),
  InstanceType: 't3.micro',
  MinCount: 1,
  MaxCount: 1,
} as const;

/** A sandbox on simulated machines and a fake clock that stands still unless a test moves it. */
export async function openWorld(behaviour: Behaviour = () => ({}), stateDir?: string) {
  const clock = fakeClock();
  const machines = simulatedMachines({ clock, behaviour });
  const sandbox = await startSandbox({ clock, machines, timing, ...(stateDir !== undefined && { stateDir }) });
  const aws = clients(sandbox);
  const { ec2 } = aws;
  return {
    clock,
    machines,
    sandbox,
    aws,
    ec2,
    instance: (id: string) => instance(ec2, id),
    state: async (id: string) => (await instance(ec2, id)).State?.Name,
    imageState: async (id: string) =>
      (await ec2.send(new DescribeImagesCommand({ ImageIds: [id] }))).Images?.[0]?.State,
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

async function instance(ec2: EC2Client, id: string): Promise<Instance> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  const found = Reservations[0]?.Instances?.[0];
  expect(found).toBeDefined();
  return found as Instance;
}

/** The error that the call ends with. */
export async function refusal(call: Promise<unknown>): Promise<{ name: string; message: string }> {
  const outcome = await call.then(
    () => ({ name: 'nothing', message: 'it was carried out' }),
    (error: Error) => ({ name: error.name, message: error.message }),
  );
  return outcome;
}

/** The only element of a list. */
export function only<T>(list: readonly T[] | undefined): T {
  expect(list).toHaveLength(1);
  return list?.[0] as T;
}
