import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPlace, type Place } from './bad-input-place.ts';

// What a person types and reads. Whatever is wrong before anything is built is said before anything is made.

let place: Place;
let before: string;
beforeEach(async () => {
  place = await openPlace();
  before = place.world();
});
afterEach(() => place[Symbol.asyncDispose]());

/** The command fails with this code, says all of this, and the account is as it was. */
async function expectRefusal(args: string[], exitCode: number, ...said: (string | RegExp)[]): Promise<string> {
  const answer = await place.redeploy(...args);
  for (const words of said) expect(answer.stderr).toMatch(words);
  expect(answer).toMatchObject({ exitCode, stdout: '' });
  expect(answer.stderr).not.toContain('bug');
  expect(place.world()).toBe(before);
  return answer.stderr;
}

describe('settings', () => {
  // With nobody behind the address, whoever asks AWS first would say something else.
  beforeEach(() => place.setEnvironment({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }));

  test('without a region: says which key, before it looks at AWS', async () => {
    await place.configure({ region: undefined });
    await expectRefusal(['deploy'], 2, /error: 1 mistake in .*redeploy\.json/, /region: it is missing/);
  });

  test('that do not match the schema: every mistake with key and value', async () => {
    await place.configure({ fleet: { min: 'two' }, instances: {}, environments: { production: { regoin: 'x' } } });
    const said = await expectRefusal(['deploy'], 2, /3 mistakes in .*redeploy\.json/, /fleet\.min.*"two"/, /instances/);
    expect(said).toMatch(/environments\.production.*regoin/);
  });

  test('that name a file that is not there', async () => {
    await place.configure({ environments: { production: { settings: 'config/live.json' } } });
    await expectRefusal(['deploy'], 2, /there is no file .*config\/live\.json/);
  });

  test('that are not JSON: file, line and column, and no value', async () => {
    await place.write({ 'settings/production.json': '{\n  "private": { "key": "hush" },\n}\n' });
    const said = await expectRefusal(['deploy'], 2, /settings\/production\.json is not valid JSON: line 3, column 1/);
    expect(said).not.toContain('hush');
  });

  test('that are JSON but no object', async () => {
    await place.write({ 'settings/production.json': '["hush"]' });
    expect(await expectRefusal(['deploy'], 2, /holds no JSON object/)).not.toContain('hush');
  });

  test('of instance type and builder that are of different architectures', async () => {
    await place.configure({ instance: { type: 't4g.small' }, bake: { instanceType: 't3.small' } });
    await expectRefusal(['deploy'], 2, /bake\.instanceType "t3\.small" is x86_64, instance\.type is arm64/);
  });

  test.each(['rollback', 'status', 'releases', 'plan'])('that are wrong are refused by %s, too', async (command) => {
    await place.configure({ region: 'moon' });
    await expectRefusal([command], 2, /region: .*"moon"/);
  });
});

describe('the source', () => {
  test('is no Meteor app: no .meteor/release', async () => {
    await place.write({ '.meteor/release': undefined });
    await expectRefusal(['deploy'], 1, /is no Meteor app: it has no \.meteor\/release/, /hint: .*--app-dir/);
  });

  test('is a bundle that is not there', async () => {
    await expectRefusal(['deploy', '--bundle', '../none.tar.gz'], 1, /there is no bundle .*none\.tar\.gz/);
  });

  test.each([
    ['star.json', { 'main.js': '', 'programs/server/package.json': '{}' }],
    ['programs/server/package.json', { 'main.js': '', 'star.json': '{"nodeVersion":"20.18.0"}' }],
  ])('is a bundle without %s, as a directory and as an archive', async (missing, files) => {
    const inBundle = Object.entries(files).map(([name, text]) => [`out/bundle/${name}`, text]);
    await place.write(Object.fromEntries(inBundle) as Record<string, string>);
    await expectRefusal(['deploy', '--bundle', 'out'], 1, /is no Meteor bundle: it has no /, missing);
    const out = path.join(place.app, 'out');
    execFileSync('tar', ['-czf', path.join(out, 'bundle.tar.gz'), 'bundle'], { cwd: out });
    await expectRefusal(['deploy', '--bundle', 'out/bundle.tar.gz'], 1, /is no Meteor bundle: it has no /, missing);
  });

  test('does not build: what meteor said is shown, and no machine is launched', async () => {
    const script =
      '#!/bin/sh\necho "While building for os.linux.x86_64:"\necho "server/main.js:7: Unexpected token" >&2\nexit 3\n';
    await place.write({ 'meteor.sh': script });
    execFileSync('chmod', ['+x', path.join(place.app, 'meteor.sh')]);
    await place.configure({ build: { executable: './meteor.sh' } });
    const { exitCode, stderr } = await place.redeploy('deploy');
    expect(stderr).toMatch(/error: \.\/meteor\.sh build ended with exit code 3/);
    expect(stderr).toContain('    server/main.js:7: Unexpected token');
    expect(exitCode).toBe(1);
    expect((JSON.parse(place.world()) as { ec2: { instances: object } }).ec2.instances).toEqual({});
  });
});

describe('this machine', () => {
  test('has no Docker that runs: deploy says how to start it', async () => {
    place.setEnvironment({ DOCKER_HOST: `unix://${place.app}/no.sock` });
    await expectRefusal(['deploy'], 1, /error: docker does not answer/, /hint: start/);
  });

  test('has no Docker that runs: the sandbox says that it needs one', async () => {
    place.setEnvironment({ DOCKER_HOST: `unix://${place.app}/no.sock`, REDEPLOY_SANDBOX_PORT: '1' });
    await expectRefusal(['deploy', '--sandbox'], 1, /error: Docker does not answer/, /hint: start Docker/);
  });

  test('has no AWS credentials', async () => {
    place.setEnvironment({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
    await expectRefusal(['deploy'], 1, /error: found no usable AWS credentials/, /aws sso login.*--sandbox/);
  });

  test('does not reach AWS', async () => {
    place.setEnvironment({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
    await expectRefusal(['status'], 1, /error: AWS cannot be reached/, /hint: check network/);
  });
});

describe('the account', () => {
  test('is to be used in subnets of one zone only', async () => {
    const subnet = place.subnetIn('us-east-1a');
    await place.configure({ network: { subnets: [subnet] } });
    const said = `network.subnets spans 1 of the two zones that a load balancer needs: ${subnet} in us-east-1a`;
    await expectRefusal(['deploy'], 2, said, /hint: .*network\.subnets/);
  });

  test('has no such subnet', async () => {
    await place.configure({ network: { subnets: ['subnet-0123', place.subnetIn('us-east-1a')] } });
    await expectRefusal(['deploy'], 2, /network\.subnets: subnet-0123 is not in vpc-/, /hint: the subnets there are/);
  });

  test('has a base AMI for another architecture than that of the machines', async () => {
    const arm = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
    await place.configure({ bake: { baseAmi: arm } });
    await expectRefusal(['deploy'], 2, /AMI ami-\w+ is arm64, instance\.type "t3\.small" is x86_64/, /bake\.baseAmi/);
  });

  test('knows neither the base AMI nor the instance type', async () => {
    await place.configure({ bake: { baseAmi: 'ami-0123456789abcdef0' } });
    await expectRefusal(['deploy'], 2, /there is no AMI "ami-0123456789abcdef0" in this region/);
    await place.configure({ instance: { type: 't9.enormous' } });
    await expectRefusal(['deploy'], 2, /no instance type "t9\.enormous"/);
  });
});
