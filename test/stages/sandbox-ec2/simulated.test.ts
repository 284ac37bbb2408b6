import { expect, test } from 'vitest';
import { simulatedMachines, type Behaviour } from '../../../sandbox/engine/machines/simulated.ts';
import { fakeClock } from '../../support/clock.ts';

const spec = { instanceId: 'i-0a' as const, disk: 'base', userData: '', ports: [3000, 3001] };

const hardware = (behaviour: Behaviour) => {
  const clock = fakeClock({ startMs: 0 });
  return { clock, machines: simulatedMachines({ clock, behaviour }) };
};

test('a probe tells apart who answers, who refuses and who cannot be reached', async () => {
  const { clock, machines } = hardware(() => ({
    run: async (act) => {
      await act.sleep(5000);
      act.listen(3000, ({ path }) => ({
        status: path === '/up' ? 200 : 503,
        headers: { 'x-release': 'v7' },
        body: 'hi',
      }));
      act.listen(4000, () => ({ status: 200 }));
      await act.sleep(5000);
      act.close(3000);
    },
  }));
  await machines.boot(spec);
  const code = (port: number) =>
    machines.probe('i-0a', port, '/up').then(
      ({ status }) => status,
      (error: { code: string }) => error.code,
    );
  expect(await code(3000)).toBe('ECONNREFUSED');
  await clock.advance(5000);
  expect(await machines.probe('i-0a', 3000, '/up')).toEqual({
    status: 200,
    headers: { 'x-release': 'v7' },
    body: 'hi',
  });
  expect((await machines.probe('i-0a', 3000, '/')).status).toBe(503);
  // it listens, but no security group lets anybody in
  expect(await code(4000)).toBe('ETIMEDOUT');
  await clock.advance(5000);
  expect(await code(3000)).toBe('ECONNREFUSED');
  await machines.stop('i-0a');
  expect([await code(3000), await machines.isRunning('i-0a')]).toEqual(['ETIMEDOUT', false]);
  await machines.terminate('i-0a');
  expect(await machines.isRunning('i-0a')).toBeUndefined();
});

test('whoever needs a socket gets a real one', async () => {
  const { machines } = hardware(() => ({
    run: (act) => act.listen(3000, ({ method, path }) => ({ status: 200, body: `${method} ${path}` })),
  }));
  await machines.boot(spec);
  const address = await machines.address('i-0a', 3000);
  expect(await machines.address('i-0a', 3000)).toEqual(address);
  expect(await machines.address('i-0a', 22)).toBeUndefined();
  const url = `http://${address?.host}:${address?.port}`;
  expect(await (await fetch(`${url}/a?b`)).text()).toBe('GET /a?b');
  const other = await machines.address('i-0a', 3001);
  await expect(fetch(`http://${other?.host}:${other?.port}/`)).rejects.toThrow('fetch failed');
  await machines.stop('i-0a');
  expect(await machines.address('i-0a', 3000)).toBeUndefined();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  await machines.close();
});

test('power-off ends the script and is told once; user data that fails leaves the machine on', async () => {
  const { clock, machines } = hardware(({ instanceId }) => ({
    run: async (act) => {
      if (instanceId === 'i-0b') throw new Error('apt: no network');
      await act.sleep(1000);
      act.powerOff();
      act.powerOff();
      await act.sleep(1);
      act.console('never reached');
    },
  }));
  const events: unknown[] = [];
  machines.onPowerOff((event) => events.push(event));
  await machines.boot(spec);
  await machines.boot({ ...spec, instanceId: 'i-0b' });
  await clock.advance(2000);
  expect(events).toEqual([{ instanceId: 'i-0a' }]);
  expect(await machines.isRunning('i-0b')).toBe(true);
  expect(await machines.consoleOutput('i-0b')).toContain('user data failed: Error: apt: no network');
  machines.kill('i-0b');
  await clock.advance(1);
  expect(events.at(-1)).toEqual({ instanceId: 'i-0b', killed: true });
  expect(await machines.consoleOutput('i-0a')).not.toContain('never reached');
});

test('a captured disk is a copy', async () => {
  const { machines } = hardware(({ disk }) => ({
    run: (act) => void (act.disk['booted'] = `${act.disk['booted'] ?? ''}${disk} `),
  }));
  await machines.boot(spec);
  await machines.capture('i-0a', 'ami-1');
  await machines.terminate('i-0a');
  await machines.boot({ ...spec, instanceId: 'i-0c', disk: 'ami-1' });
  await machines.capture('i-0c', 'ami-2');
  expect(await machines.list()).toEqual({ machines: ['i-0c'], disks: ['ami-1', 'ami-2'] });
  await machines.removeDisk('ami-1');
  await expect(machines.boot({ ...spec, instanceId: 'i-0d', disk: 'ami-1' })).rejects.toThrow('no disk ami-1');
  await expect(machines.boot(spec)).resolves.toBeUndefined();
  await expect(machines.boot(spec)).rejects.toThrow('booted before');
});
