import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeployError } from '../../../pipeline/core/errors.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';

let directory: string;
beforeEach(async () => (directory = await mkdtemp(path.join(tmpdir(), 'target-'))));
afterEach(() => rm(directory, { recursive: true }));

const write = (settings: unknown) => writeFile(path.join(directory, 'redeploy.json'), JSON.stringify(settings));
const minimal = { app: 'shop', region: 'eu-central-1', environments: { production: {} } };

async function refusal(environment?: string): Promise<DeployError> {
  try {
    await readTarget(directory, environment);
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error('accepted');
}

test('ten mistakes print ten lines, each with its key and what was found', async () => {
  await write({
    app: 'My Shop',
    region: 'europe',
    colour: 'red',
    instance: { type: 'small', rootVolumeGiB: 2 },
    fleet: { min: -1, targetCpuPercent: '60' },
    health: { path: 'health' },
    balancer: { certificate: 'my-cert' },
    environments: { production: { logs: { retentionDays: 31 } } },
  });
  const { code, message } = await refusal();
  const [headline, ...lines] = message.split('\n');
  expect(code).toBe('settings');
  expect(headline).toBe(`10 mistakes in ${path.join(directory, 'redeploy.json')}`);
  expect(lines).toHaveLength(10);
  for (const part of [
    /app: .*\(found "My Shop"\)/,
    /region: .*eu-central-1 \(found "europe"\)/,
    /instance\.type: .*\(found "small"\)/,
    /instance\.rootVolumeGiB: .*8.*\(found 2\)/,
    /fleet\.min: .*0.*\(found -1\)/,
    /fleet\.targetCpuPercent: .*number.*\(found "60"\)/,
    /health\.path: .*\(found "health"\)/,
    /balancer\.certificate: .*\(found "my-cert"\)/,
    /environments\.production\.logs\.retentionDays: .*\(found 31\)/,
    /"colour"/,
  ]) {
    expect(
      lines.filter((line) => part.test(line)),
      String(part),
    ).toHaveLength(1);
  }
});

test('rules that span keys are told together, with files that are missing', async () => {
  await write({
    ...minimal,
    app: 'a'.repeat(20),
    instance: { type: 't4g.small' },
    bake: { instanceType: 'c7i.large' },
    fleet: { min: 5, max: 2, desired: 1 },
    environments: { ['b'.repeat(12)]: { settings: 'no.json', env: 'no.env' } },
  });
  const { message } = await refusal();
  expect(message.split('\n').slice(1)).toEqual([
    expect.stringContaining('33 characters; AWS allows 32'),
    expect.stringContaining('fleet.min 5 is larger than fleet.max 2'),
    expect.stringContaining('fleet.desired 1'),
    expect.stringContaining('"c7i.large" is x86_64, instance.type is arm64'),
    `  settings: there is no file ${path.join(directory, 'no.json')}`,
    `  env: there is no file ${path.join(directory, 'no.env')}`,
  ]);
});

test('a key or a name of an environment with a typing error is told with what was meant, or what it may be', async () => {
  await write({
    ...minimal,
    regoin: 'us-east-1',
    instance: { typ: 't3.small' },
    environments: { production: { fleet: { mni: 2 } }, 'Staging!': {} },
  });
  const { message } = await refusal();
  expect(message.split('\n').slice(1).toSorted()).toEqual([
    '  (top level): there is no key "regoin": did you mean "region"?',
    '  environments.Staging!: use lowercase letters, digits and single hyphens, starting with a letter (found "Staging!")',
    '  environments.production.fleet: there is no key "mni": did you mean "min"?',
    '  instance: there is no key "typ": did you mean "type"?',
  ]);
});

test('mistakes in keys, across keys and in files come together; what rests on a wrong key is not held against it', async () => {
  await write({
    ...minimal,
    fleet: { min: 'two', max: 1, schedules: { night: { recurrence: 'at night', timeZone: 'Berlin' } } },
    volumes: { '/data': '/data' },
    health: { intervalSeconds: 5, timeoutSeconds: 5 },
    environments: { production: { instance: { rootVolumeType: 'io2' }, settings: 'no.json', proxy: {} } },
  });
  const { message } = await refusal();
  expect(message.split('\n').slice(1)).toEqual([
    '  fleet.min: Invalid input: expected number, received string (found "two")',
    expect.stringMatching(/environments\.production: there is no key "proxy": the load balancer has a block/),
    expect.stringMatching(/there is no key "volumes": machines are replaced.*S3.*EFS/),
    '  instance.rootVolumeType io2 needs instance.rootVolumeIops',
    '  health.timeoutSeconds 5 is not shorter than health.intervalSeconds 5',
    `  settings: there is no file ${path.join(directory, 'no.json')}`,
  ]);
});

test.each([
  [{ recurrence: '0 8 * * MON-FRI', min: 4 }, undefined],
  [{ recurrence: '*/15 0-6 1,15 JAN *', timeZone: 'Europe/Berlin', max: 9, desired: 3 }, undefined],
  [{ recurrence: '0 8 * *', min: 4 }, /night\.recurrence "0 8 \* \*" is no cron expression/],
  [{ recurrence: '0 24 * * *', min: 4 }, /night\.recurrence/],
  [{ recurrence: '0 8 * * *', timeZone: 'Mars/Base', min: 4 }, /night\.timeZone "Mars\/Base" is unknown/],
  [{ recurrence: '0 8 * * *' }, /night changes nothing/],
  [{ recurrence: '0 8 * * *', min: 5 }, /night: min 5 is larger than max 4/],
  [{ recurrence: '0 8 * * *', desired: 1 }, /night\.desired 1 is not between min 2 and max 4/],
])('a schedule %j is judged', async (schedule, mistake) => {
  await write({ ...minimal, fleet: { schedules: { night: schedule } } });
  if (mistake) expect((await refusal()).message).toMatch(mistake);
  else expect((await readTarget(directory)).fleet.schedules['night']).toMatchObject(schedule);
});

test.each([
  [{ bake: { commands: ['curl -u me:secret=hush https://x'] } }, /bake\.commands\[0\] seems to hold a secret/],
  [{ bake: { commands: ['x'.repeat(2100)] } }, /are 21\d\d bytes, a builder takes 2000/],
  [{ image: { buildArguments: { NPM_TOKEN: 'hush' } } }, /buildArguments\.NPM_TOKEN seems to be a secret/],
  [{ health: { codes: '204' } }, /health\.codes 204 leaves out 200/],
  [{ health: { codes: '500' } }, /status codes of 200 to 499/],
  [{ instance: { rootVolumeType: 'gp2', rootVolumeIops: 4000 } }, /rootVolumeIops 4000 does not go with/],
  [{ app: 'sg' }, /app "sg": AWS takes no security groups/],
  [{ tags: { 'cost,centre': '1' } }, /use letters, digits and \+ - = \. _ : @/],
  [{ tags: { _index: '1' } }, /tags\._index/],
  [{ tags: { 'AWS:owner': '1' } }, /no prefix aws:/],
  [{ tags: { owner: 'R&D' } }, /tags\.owner: use letters, digits, spaces/],
  [{ tags: Object.fromEntries(Array.from({ length: 36 }, (_, at) => [`t${at}`, ''])) }, /36 tags: AWS takes 50/],
])('%j is refused', async (keys, mistake) => {
  await write({ ...minimal, ...keys });
  const { message } = await refusal();
  expect(message).toMatch(mistake);
  expect(message).not.toContain('hush');
});

test('an environment is named, unless it is the only one', async () => {
  await write(minimal);
  expect((await readTarget(directory)).environment).toBe('production');
  expect(await refusal('prod')).toMatchObject({
    code: 'usage',
    message: 'redeploy.json has no environment "prod"',
    hint: 'use one of: production',
  });
  await write({ ...minimal, environments: { production: {}, staging: {} } });
  expect((await refusal()).hint).toBe('add --environment with one of: production, staging');
  await write({ ...minimal, environments: {} });
  expect((await refusal()).message).toContain('name at least one environment');
});

test('an environment overrides key by key; what it leaves out is as the app says, then the default', async () => {
  await write({
    ...minimal,
    fleet: { max: 9, targetCpuPercent: 50 },
    tags: { team: 'shop', cost: '1' },
    environments: { staging: { region: 'us-east-2', fleet: { min: 1 }, tags: { cost: '2' } } },
  });
  const target = await readTarget(directory);
  expect(target.fleet).toMatchObject({ min: 1, max: 9, targetCpuPercent: 50 });
  expect(target.region).toBe('us-east-2');
  expect(target.tags).toEqual({ team: 'shop', cost: '2' });
  expect(target.health.startSeconds).toBe(135);
});

test('the usual settings files are found beside redeploy.json', async () => {
  await write(minimal);
  expect(await readTarget(directory)).toMatchObject({ settingsFile: undefined, envFile: undefined });
  await mkdir(path.join(directory, 'settings'));
  await writeFile(path.join(directory, 'settings/production.json'), '{}');
  await writeFile(path.join(directory, 'settings/production.env'), '');
  expect(await readTarget(directory)).toMatchObject({
    settingsFile: path.join(directory, 'settings/production.json'),
    envFile: path.join(directory, 'settings/production.env'),
  });
});

test('a directory without redeploy.json says how to get one', async () => {
  expect(await refusal()).toMatchObject({
    code: 'settings',
    message: `no redeploy.json in ${directory}`,
    hint: expect.stringContaining('redeploy init') as string,
  });
});
