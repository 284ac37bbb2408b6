import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type Dockerode from 'dockerode';
import { expect, test } from 'vitest';
import { documentOf, readWrittenPayload } from '../../../pipeline/core/payload.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';
import { writePair } from '../../support/arrival.ts';
import { failureOf } from '../../support/failure.ts';
import { startStory, type Story } from '../../support/story.ts';
import { startApp } from '../../unit/runtime/echo-app.ts';
import { healthy, until } from '../../unit/runtime/harness.ts';

/** What process.env of the app holds when the user's files are these. */
async function arrived(story: Story, settings: Record<string, unknown>, env: Record<string, string>) {
  await writePair(story.app, { settings, env }, 2);
  const { written } = await readWrittenPayload(await story.target());
  const file = documentOf(written, 'http://lb').reveal();
  await using app = await startApp({ file }, 'process.stdout.write(JSON.stringify(process.env));');
  await app.exit;
  return JSON.parse(app.output()) as Record<string, string>;
}

const pem = '-----BEGIN KEY-----\nabc=\n-----END KEY-----\n';

test('5 METEOR_SETTINGS means exactly what the file says', async () => {
  await using story = await startStory();
  const settings = { private: { pem, odd: `" ' $HOME \`id\` \\n = # é 漢 😀 \u2028` } };
  const seen = await arrived(story, settings, {});
  expect(JSON.parse(seen['METEOR_SETTINGS'] ?? '')).toEqual(settings);
});

test('11 quotes, newlines, $$, $HOME and backslashes arrive, and the build sees none of them', async () => {
  await using story = await startStory();
  const env = { A: 'say "hi" and "bye"', B: pem, C: 'pa$$word $HOME', D: 'back\\slash\\', E: 'pl4nted' };
  expect(await arrived(story, {}, env)).toMatchObject(env);
  let context = '';
  const build = story.docker.docker.buildImage.bind(story.docker.docker);
  story.docker.docker.buildImage = (async (stream: NodeJS.ReadableStream, options: Dockerode.ImageBuildOptions) => {
    context = (await text(stream)) + JSON.stringify(options);
    return build(Object.assign(stream, { [Symbol.asyncIterator]: async function* () {} }) as never, options);
  }) as typeof build;
  await story.deploy();
  expect(context).toContain('first line');
  expect(context).not.toContain('pl4nted');
});

test('12 <%= x %> and <% in settings and variables arrive unchanged', async () => {
  await using story = await startStory();
  const template = 'Dear <%= name %>, <%- 1+1 %> <% if';
  const seen = await arrived(story, { mail: template }, { MAIL: template });
  expect(seen['MAIL']).toBe(template);
  expect(JSON.parse(seen['METEOR_SETTINGS'] ?? '')).toEqual({ mail: template });
});

test('13 a variable with a newline arrives whole', async () => {
  await using story = await startStory();
  const env = { TWO: 'first line\nsecond line with blanks', CRLF: 'a\r\nb' };
  expect(await arrived(story, {}, env)).toMatchObject(env);
});

test('14 settings of 70 kB are an error with sizes before anything is built', async () => {
  await using story = await startStory();
  await story.settings({ large: 'x'.repeat(70_000) });
  const before = JSON.stringify(story.sandbox.engine.state);
  const { code, message } = await failureOf(story.deploy());
  expect(code).toBe('settings');
  expect(message).toMatch(/they are 70\d{3} bytes together.* takes 65536; the largest: Meteor's settings 70012/);
  expect(JSON.stringify(story.sandbox.engine.state)).toBe(before);
  expect(story.docker.builds).toEqual([]);
});

test('4 a variable is in the release alone: taken away, it is gone with neither build nor bake', async () => {
  await using story = await startStory();
  const env = (lines: string) => writeFile(path.join(story.app, 'settings/production.env'), lines);
  await env('ROOT_URL=http://shop.test\nTOKEN=pl4nted\n');
  const first = await story.deploy();
  await env('ROOT_URL=http://shop.test\n');
  const second = await story.deploy();
  expect(second).toMatchObject({ action: 'deployed', release: 'v2', ami: first.ami, imageDigest: first.imageDigest });
  expect(story.docker.builds).toHaveLength(1);
  const read = async (VersionId: string) => {
    const ask = new GetSecretValueCommand({ SecretId: 'redeploy/shop/production', VersionId });
    return (await story.account.secretsManager.send(ask)).SecretString;
  };
  expect(await read(first.settingsVersion)).toContain('pl4nted');
  expect(await read(second.settingsVersion)).not.toContain('TOKEN');
});

test('6 PORT has one meaning: the app listens on instance.port, the world comes to balancer.httpPort', async () => {
  await using story = await startStory({ balancer: { httpPort: 8080 } });
  await writeFile(path.join(story.app, 'settings/production.env'), 'PORT=8080\n');
  const refused = await failureOf(story.deploy());
  expect(refused.message).toMatch(/PORT is set by the machine; remove it \(instance\.port .* balancer\.httpPort/);
  await writeFile(path.join(story.app, 'settings/production.env'), '');
  await story.deploy();
  const { listeners, targetGroups } = story.sandbox.engine.state.elb;
  expect(Object.values(listeners).map(({ port }) => port)).toEqual([8080]);
  expect(Object.values(targetGroups).map(({ port }) => port)).toEqual([3000]);
});

test('29 a port of one environment reaches its target group, its machines and its security group', async () => {
  await using story = await startStory({ environments: { production: { instance: { port: 4000 } } } });
  await story.deploy();
  const { elb, ec2 } = story.sandbox.engine.state;
  expect(Object.values(elb.targetGroups).map(({ port }) => port)).toEqual([4000]);
  const machine = Object.values(ec2.instances).find((one) => one.tags['redeploy:role'] === 'app');
  expect(Buffer.from(machine?.userData ?? '', 'base64').toString() + machine?.userData).toContain('PORT=4000');
  expect(JSON.stringify(ec2.securityGroups)).toContain('4000');
});

test('20 ROOT_URL with http and a port is refused where visitors come by TLS, with the colon in the advice', async () => {
  const certificate = 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555';
  await using story = await startStory({ balancer: { certificate } });
  await writeFile(path.join(story.app, 'settings/production.env'), 'ROOT_URL=http://a.com:8080\n');
  const { message } = await failureOf(story.deploy());
  expect(message).toContain('ROOT_URL is "http://a.com:8080", but');
  expect(message).toContain('write https://a.com:8080');
});

test('18 to select nothing is an error', async () => {
  await using story = await startStory();
  await story.configure({ environments: {} });
  expect((await failureOf(story.deploy())).message).toMatch(/environments: name at least one environment/);
  await story.configure({ environments: { one: {}, two: {} } });
  const { message, hint } = await failureOf(readTarget(story.app, 'one,two'));
  expect([message, hint]).toEqual(['redeploy.json has no environment "one,two"', 'use one of: one, two']);
  expect((await failureOf(readTarget(story.app))).message).toMatch(/has 2 environments and none is named/);
});

test('7 the check asks the app itself and forgives what its pages answer: 302, 401 and 404 are up', async () => {
  for (const status of [302, 401, 404]) {
    const main = `require('http').createServer((_, answer) => { answer.statusCode = ${status}; answer.end(); }).listen(process.env.PORT, '127.0.0.1');`;
    await using app = await startApp({}, main);
    await healthy(app);
    const page = await until('the page', async () => fetch(app.url, { redirect: 'manual' }).catch(() => undefined));
    expect(page.status).toBe(status);
    expect(await app.health()).toMatchObject({ status: 200, body: { release: 'v7' } });
  }
});
