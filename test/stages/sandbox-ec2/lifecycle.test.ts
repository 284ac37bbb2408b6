import {
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  DescribeVolumesCommand,
  GetConsoleOutputCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Script } from '../../../sandbox/engine/machines/simulated.ts';
import { only, openWorld, refusal, small } from './world.ts';

type World = Awaited<ReturnType<typeof openWorld>>;

async function launch({ ec2 }: World, input: Partial<RunInstancesCommandInput> = {}): Promise<string> {
  return only((await ec2.send(new RunInstancesCommand({ ...small, ...input }))).Instances).InstanceId ?? '';
}

const bake: Script = {
  run: async (act) => {
    act.console(`bake: running as told: ${act.spec.userData}`);
    await act.sleep(60_000);
    act.disk['image'] = 'sha256:1234';
    act.setTag('redeploy:bake', 'done');
    act.powerOff();
  },
};

test('a machine that shuts itself down is stopped or terminated as it was launched to be', async () => {
  await using world = await openWorld(() => bake);
  const { clock, ec2 } = world;
  const UserData = Buffer.from('pull').toString('base64');
  const stopping = await launch(world, { UserData });
  const ending = await launch(world, { InstanceInitiatedShutdownBehavior: 'terminate' });
  await clock.advance(17_000 + 59_000);
  expect([await world.state(stopping), await world.state(ending)]).toEqual(['running', 'running']);
  await clock.advance(1000);
  expect([await world.state(stopping), await world.state(ending)]).toEqual(['stopped', 'terminated']);
  expect(await world.instance(stopping)).toMatchObject({
    StateReason: { Code: 'Client.InstanceInitiatedShutdown' },
    Tags: [{ Key: 'redeploy:bake', Value: 'done' }],
  });
  const { Output = '' } = await ec2.send(new GetConsoleOutputCommand({ InstanceId: stopping }));
  const text = Buffer.from(Output, 'base64').toString();
  expect(text).toContain('bake: running as told: pull');
  expect(text).toContain('Power down');
});

test('a machine that is killed from outside leaves a running instance with impaired checks', async () => {
  await using world = await openWorld();
  const { clock, ec2, machines } = world;
  const id = await launch(world);
  const check = async () =>
    only((await ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id] }))).InstanceStatuses);
  await clock.advance(17_000);
  expect((await check()).SystemStatus?.Status).toBe('initializing');
  await clock.advance(150_000);
  expect((await check()).InstanceStatus?.Status).toBe('ok');
  machines.kill(id);
  await clock.advance(1);
  expect(await check()).toMatchObject({
    InstanceState: { Name: 'running' },
    InstanceStatus: { Status: 'impaired' },
    SystemStatus: { Status: 'impaired', Details: [{ Name: 'reachability', Status: 'failed' }] },
  });
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await clock.advance(1);
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await clock.advance(200_000);
  expect((await check()).InstanceStatus?.Status).toBe('ok');
});

test('a machine that crashes is seen as impaired, one that reboots goes on', async () => {
  const boots: string[] = [];
  await using world = await openWorld(({ userData }) => ({
    run: async (act) => {
      boots.push(act.spec.instanceId);
      await act.sleep(5000);
      if (userData === 'crash') act.crash();
    },
  }));
  const { clock, ec2 } = world;
  const crasher = await launch(world, { UserData: Buffer.from('crash').toString('base64') });
  const sound = await launch(world);
  await clock.advance(23_000);
  const { InstanceStatuses = [] } = await ec2.send(
    new DescribeInstanceStatusCommand({ Filters: [{ Name: 'system-status.status', Values: ['impaired'] }] }),
  );
  expect(InstanceStatuses.map(({ InstanceId }) => InstanceId)).toEqual([crasher]);
  await ec2.send(new RebootInstancesCommand({ InstanceIds: [sound] }));
  await clock.advance(1);
  expect(await world.state(sound)).toBe('running');
  expect(boots.filter((id) => id === sound)).toHaveLength(2);
});

test('a boot that fails ends in terminated, a boot that is cut short never comes up', async () => {
  await using world = await openWorld(({ userData }) =>
    userData === 'broken' ? { bootError: 'no root device' } : { bootMs: 10_000 },
  );
  const { clock, ec2, machines } = world;
  const broken = await launch(world, { UserData: Buffer.from('broken').toString('base64') });
  const slow = await launch(world);
  await clock.advance(20_000);
  expect(await world.instance(broken)).toMatchObject({
    State: { Name: 'terminated' },
    StateReason: { Code: 'Server.InternalError' },
  });
  expect(await world.state(slow)).toBe('pending');
  expect((await refusal(ec2.send(new StopInstancesCommand({ InstanceIds: [slow] })))).name).toBe(
    'IncorrectInstanceState',
  );
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [slow] }));
  expect(await world.state(slow)).toBe('shutting-down');
  await clock.advance(60_000);
  expect(await world.state(slow)).toBe('terminated');
  expect(await machines.list()).toEqual({ machines: [], disks: [] });
});

test('stopping and starting keeps disk and address, and needs its time', async () => {
  const seen: string[] = [];
  await using world = await openWorld(() => ({
    run: (act) => {
      act.disk['boots'] = `${act.disk['boots'] ?? ''}x`;
      seen.push(act.disk['boots']);
    },
  }));
  const { clock, ec2 } = world;
  const id = await launch(world);
  await clock.advance(17_000);
  const before = await world.instance(id);
  const { StoppingInstances } = await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  expect(only(StoppingInstances).CurrentState).toEqual({ Code: 64, Name: 'stopping' });
  await clock.advance(1);
  expect(await world.state(id)).toBe('stopped');
  expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(1);
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await clock.advance(16_000);
  expect(await world.state(id)).toBe('pending');
  await clock.advance(1000);
  expect(await world.instance(id)).toMatchObject({
    State: { Name: 'running' },
    PrivateIpAddress: before.PrivateIpAddress,
  });
  expect(seen).toEqual(['x', 'xx']);
});

test('after a restart of the sandbox, records and machines agree', async () => {
  const stateDir = await mkdtemp(path.join(tmpdir(), 'ec2-'));
  let lost: string;
  let ended: string;
  {
    await using world = await openWorld(undefined, stateDir);
    lost = await launch(world);
    ended = await launch(world);
    await world.clock.advance(17_000);
    await world.ec2.send(new TerminateInstancesCommand({ InstanceIds: [ended] }));
  }
  await using world = await openWorld(undefined, stateDir);
  await world.clock.advance(1);
  expect(await world.state(ended)).toBe('terminated');
  expect(await world.instance(lost)).toMatchObject({
    State: { Name: 'terminated' },
    StateReason: { Code: 'Server.InternalError' },
  });
  await rm(stateDir, { recursive: true });
});

test('five hundred machines come up and go in a blink', async () => {
  await using world = await openWorld(() => ({
    run: async (act) => {
      await act.sleep(4000);
      act.listen(3000, () => ({ status: 200, body: 'up' }));
    },
  }));
  const { clock, ec2 } = world;
  const startedMs = performance.now();
  await ec2.send(new RunInstancesCommand({ ...small, MaxCount: 500 }));
  await clock.advance(30_000);
  const running = await ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'instance-state-name', Values: ['running'] }] }),
  );
  const ids = (running.Reservations ?? []).flatMap(({ Instances = [] }) =>
    Instances.map((each) => each.InstanceId ?? ''),
  );
  expect(new Set(ids).size).toBe(500);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }));
  await clock.advance(1000);
  expect(await world.machines.list()).toEqual({ machines: [], disks: [] });
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
