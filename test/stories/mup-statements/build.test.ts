import { chmod, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { expect, test } from 'vitest';
import { deploy } from '../../../pipeline/commands/deploy.ts';
import { readSettings, readTarget } from '../../../pipeline/core/read-target.ts';
import { meteorBuildArguments } from '../../../pipeline/stages/bundle/arguments.ts';
import { readBundle } from '../../../pipeline/stages/bundle/read.ts';
import { ensureBase } from '../../../pipeline/stages/image/base.ts';
import { packContext } from '../../../pipeline/stages/image/context.ts';
import { recipeOf } from '../../../pipeline/stages/image/recipe.ts';
import { openWorkplace, targetOf, templates } from '../../stages/image/workplace.ts';
import { failureOf } from '../../support/failure.ts';
import { startStory } from '../../support/story.ts';
import { serving } from './serving.ts';

// Ten hard cases that mup's code handles (1-10) and nineteen that it gets wrong (11-29), each with its number.

const silent = { report: () => {} };

async function baseOf(files: Record<string, string>, without: string[] = []): Promise<string> {
  await using place = await openWorkplace(files);
  for (const file of without) await rm(path.join(place.bundle.directory, file));
  const target = targetOf(place.root);
  const bundle = await readBundle(silent, target, place.bundle.directory);
  return (await recipeOf({ templates }, target, bundle)).base;
}

test('1 the Node version is that of star.json, else that of .node_version.txt without v and newline', async () => {
  const star = (value: object) => JSON.stringify(value);
  const both = { 'star.json': star({ nodeVersion: '20.9.0' }), '.node_version.txt': 'v18.0.0' };
  expect(await baseOf(both)).toBe('node:20.9.0-bookworm-slim');
  expect(await baseOf({ 'star.json': star({}), '.node_version.txt': 'v12.22.1\n' })).toBe('node:12.22.1-buster-slim');
});

test('22 a version file without v, and a bundle with that file alone, both give the version', async () => {
  const file = { '.node_version.txt': '14.21.4' };
  expect(await baseOf({ 'star.json': '{}', ...file })).toBe('meteor/node:14.21.4');
  expect(await baseOf(file, ['star.json'])).toBe('meteor/node:14.21.4');
});

test('2 what is sent to the build is writable for its owner and knows nothing of the host', async () => {
  const shrinkwrap = 'programs/server/npm-shrinkwrap.json';
  await using place = await openWorkplace({ [shrinkwrap]: '{}' });
  await chmod(path.join(place.bundle.directory, shrinkwrap), 0o444);
  const parts = { bundle: place.bundle.directory, dockerfile: 'FROM x', npmrc: '', caBundle: '' };
  const tar = spawn('tar', ['--full-time', '--utc', '-tv'], { stdio: ['pipe', 'pipe', 'inherit'] });
  packContext({ ...parts, runtime: path.join(templates, 'runtime') }).pipe(tar.stdin);
  const lines = (await text(tar.stdout)).split('\n');
  const line = lines.find((one) => one.endsWith('npm-shrinkwrap.json'));
  expect(line).toMatch(/^-rw-r--r-- 0\/0 .* 1970-01-01 00:00:00 /);
});

test('8 a base image that is there needs no registry; one that is nowhere, or an image that no machine can pull, ends the deploy before anything serves otherwise', async () => {
  await using story = await startStory();
  story.docker.docker.pull = (() => Promise.reject(new Error('registry is down'))) as unknown as Dockerode['pull'];
  await ensureBase(story.ctx, 'base', 'x86_64');
  await story.deploy();
  const before = serving(story);
  await story.edit('second\n');
  await story.configure({ image: { base: 'gone', buildBase: 'gone' } });
  const { message } = await failureOf(story.deploy());
  expect(message).toBe('cannot get base image gone: registry is down');
  expect(before).toHaveLength(2);
  expect(serving(story)).toEqual(before);
  await story.configure({});
  story.played.failBakeAt = 'pull the image';
  expect((await failureOf(story.deploy())).message).toMatch(/could not be baked: could not pull the image/);
  expect(serving(story)).toEqual(before);
});

test('10 names: an app of capitals is refused or converted, a folder needs .meteor/release, text stays as it is', async () => {
  await using story = await startStory();
  await story.configure({ app: 'MyApp' });
  expect((await failureOf(readSettings(story.app))).message).toMatch(/app: use lowercase letters.*"MyApp"/);
  await story.configure({ image: { base: 'base', buildBase: 'base', buildInstructions: ['RUN echo "$HOME" $$x'] } });
  const target = await readTarget(story.app);
  const { dockerfile } = await recipeOf(story.ctx, target, { nodeVersion: '20.18.0' });
  expect(dockerfile).toContain('\nRUN echo "$HOME" $$x\n');
  await rm(path.join(story.app, '.meteor/release'));
  await writeFile(path.join(story.app, '.meteor/packages'), '');
  const failure = await failureOf(story.clock.run(deploy(story.ctx, target, { wait: true })));
  expect(failure.message).toMatch(/is no Meteor app: it has no \.meteor\/release/);
});

test('16 a bundle without programs/server/package.json is an error that names the file, before anything is built', async () => {
  await using story = await startStory();
  await rm(path.join(story.app, 'bundle/programs/server/package.json'));
  const { message } = await failureOf(story.deploy());
  expect(message).toMatch(/bundle is no Meteor bundle: it has no programs\/server\/package\.json$/);
  expect(story.docker.builds).toEqual([]);
  expect(story.sandbox.engine.state.ec2.instances).toEqual({});
});

test('19 an invalid configuration blocks the deploy, and what is documented takes effect', async () => {
  await using story = await startStory();
  await story.configure({ health: { startSeconds: 0 }, deployCheckPort: 3000 });
  const { message } = await failureOf(story.deploy());
  expect(message).toMatch(/health\.startSeconds.*\(found 0\)/);
  expect(message).toMatch(/there is no key "deployCheckPort"/);
  await story.configure({ build: { allowIncompatibleUpdate: true }, health: { startSeconds: 45 } });
  const target = await readTarget(story.app);
  expect(meteorBuildArguments(target, 'out')).toContain('--allow-incompatible-update');
  story.played.apps.set('v1', { isMute: true });
  expect((await failureOf(story.deploy())).message).toMatch(/v1 is bad: i-\w+ was not healthy within 45 s/);
});

test('23 bundle, image and machines are of one architecture, and another one is refused before the rollout', async () => {
  await using story = await startStory();
  await story.configure({ instance: { type: 't4g.small' } });
  const target = await readTarget(story.app);
  expect(meteorBuildArguments(target, 'out')).toEqual(expect.arrayContaining(['--architecture', 'os.linux.aarch64']));
  // The Docker of the story builds for amd64, whatever it is asked for.
  const { message } = await failureOf(story.deploy());
  expect(message).toMatch(/is for amd64, wanted is arm64|was built for amd64, the machines are arm64/);
  expect(story.sandbox.engine.state.autoscaling.groups).toEqual({});
});

test('27 a prefix, docker.io/ or a digest of the base image change nothing but where it comes from', async () => {
  const digest = `@sha256:${'a'.repeat(64)}`;
  const named = ['node:20', 'docker.io/library/node:20', 'registry.example.com:5000/team/node:20', `node${digest}`];
  const recipes = named.map(async (base) => {
    const { dockerfile } = await recipeOf({ templates }, targetOf('/app', { base, buildBase: base }), {
      nodeVersion: '20.18.0',
    });
    return dockerfile.replaceAll(base, 'BASE');
  });
  expect(new Set(await Promise.all(recipes)).size).toBe(1);
});
