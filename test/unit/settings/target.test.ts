import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeployError } from '../../../pipeline/core/errors.ts';
import { readTarget } from '../../../pipeline/core/target.ts';

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
  expect(target.fleet).toEqual({ min: 1, max: 9, targetCpuPercent: 50 });
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
