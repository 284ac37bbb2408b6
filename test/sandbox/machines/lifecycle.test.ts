import Dockerode from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PowerOff } from '../../../sandbox/engine/machines.ts';
import { dockerMachines, type DockerMachines } from '../../../sandbox/engine/machines/docker.ts';
import { removeSandbox } from '../../../sandbox/engine/machines/docker/sweep.ts';
import { ensureMachineImage } from '../../../sandbox/engine/machines/image/build.ts';
import { eventually } from './eventually.ts';

const docker = new Dockerode();
const sandboxId = `life-${process.pid}`;
let image = '';
let machines: DockerMachines;
const offs: PowerOff[] = [];

/** As a sandbox that was started again does: nothing is remembered but what is in Docker. */
async function open(): Promise<DockerMachines> {
  const opened = await dockerMachines({ docker, sandboxId, image, apiPort: 4780, imdsPort: 4781 });
  opened.onPowerOff((event) => offs.push(event));
  return opened;
}

beforeAll(async () => {
  image = await ensureMachineImage(docker, (line) => process.stderr.write(`${line}\n`));
  machines = await open();
});

afterAll(async () => {
  await machines.close();
  await removeSandbox(docker, sandboxId);
});

/** Serves /srv: a mark that user data makes once, and one that is new at each boot. */
const userData = `#!/bin/bash
set -eu
cat /proc/sys/kernel/random/uuid >/srv/once
cat >/etc/systemd/system/web.service <<'UNIT'
[Service]
ExecStartPre=/bin/sh -c 'cat /proc/sys/kernel/random/uuid >/srv/boot'
ExecStart=/usr/bin/python3 -m http.server --directory /srv 3000
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable --now web.service
echo "user data ran"
`;

async function read(id: string, mark: 'once' | 'boot'): Promise<string | undefined> {
  const address = await machines.address(id, 3000);
  if (!address) return undefined;
  const signal = AbortSignal.timeout(1000);
  const answer = await fetch(`http://${address.host}:${address.port}/${mark}`, { signal });
  return answer.ok ? answer.text() : undefined;
}

const served = (id: `i-${string}`, mark: 'once' | 'boot') =>
  eventually(
    `${id} served ${mark}`,
    60,
    () => read(id, mark),
    () => machines.consoleOutput(id),
  );

async function inside(id: string, ...command: string[]): Promise<void> {
  const exec = await docker.getContainer(`redeploy-${sandboxId}-${id}`).exec({ Cmd: command });
  await exec.start({ Detach: true });
}

test('a machine lives as an EC2 instance does, from boot to termination', async () => {
  const spec = { instanceId: 'i-0aaaaaaaaaaaaaaaa', disk: 'base', userData, ports: [3000] } as const;
  await machines.boot({ ...spec, ports: [3000] });
  const once = await served(spec.instanceId, 'once');
  await expect(machines.boot({ ...spec, ports: [3000] })).rejects.toThrow(/exists already/);

  await machines.stop(spec.instanceId);
  expect(await machines.isRunning(spec.instanceId)).toBe(false);
  expect(await machines.address(spec.instanceId, 3000)).toBeUndefined();
  await machines.start(spec.instanceId);
  expect(await served(spec.instanceId, 'once')).toBe(once);

  const boot = await served(spec.instanceId, 'boot');
  await inside(spec.instanceId, 'systemctl', 'reboot');
  await eventually('it came back from a reboot', 120, async () => {
    const now = await read(spec.instanceId, 'boot');
    return now === undefined || now === boot ? undefined : now;
  });
  expect(await read(spec.instanceId, 'once')).toBe(once);
  expect(offs).toEqual([]);

  await machines.close();
  machines = await open();
  expect((await machines.list()).machines).toEqual([spec.instanceId]);
  expect(await machines.address(spec.instanceId, 22)).toBeUndefined();
  expect((await machines.capture(spec.instanceId, 'ami-1')).bytes).toBeGreaterThan(1e8);
  expect(await read(spec.instanceId, 'once')).toBe(once);

  const copy = { instanceId: 'i-0bbbbbbbbbbbbbbbb', disk: 'ami-1', userData: '', ports: [3000] } as const;
  await machines.boot({ ...copy, ports: [3000] });
  expect(await served(copy.instanceId, 'once')).toBe(once);
  await machines.removeDisk('ami-1');
  expect((await machines.list()).disks).toEqual([]);

  await inside(copy.instanceId, 'poweroff');
  await eventually('its power-off was told', 30, async () => (offs.length > 0 ? true : undefined));
  expect(offs).toEqual([{ instanceId: copy.instanceId }]);
  for (const { instanceId } of [spec, copy, copy]) await machines.terminate(instanceId);
  expect(await machines.list()).toEqual({ machines: [], disks: [] });
  expect(await machines.isRunning(copy.instanceId)).toBeUndefined();
  expect(await machines.consoleOutput(spec.instanceId)).toContain('user data ran');
  const filters = { label: [`redeploy-sandbox=${sandboxId}`] };
  expect((await docker.listVolumes({ filters })).Volumes).toEqual([]);
  expect(await docker.listImages({ filters })).toEqual([]);
  expect(offs).toHaveLength(1);
});

test('a machine whose disk does not exist is refused and leaves nothing', async () => {
  const spec = { instanceId: 'i-0cccccccccccccccc', disk: 'ami-gone', userData: '', ports: [] } as const;
  await expect(machines.boot({ ...spec, ports: [] })).rejects.toThrow('disk ami-gone does not exist');
  expect(await machines.isRunning(spec.instanceId)).toBeUndefined();
});
