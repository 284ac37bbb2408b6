import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initGithub } from '../../../pipeline/commands/init/github.ts';
import type { Status } from '../../../pipeline/commands/status.ts';
import { freePort } from '../../support/free-port.ts';
import { startRealStory, type RealStory } from '../../support/real-story.ts';
import { runJob, type JobRun } from '../../support/workflow/run-job.ts';

// The workflow that `redeploy init --github` writes, its jobs run in order on real machines. Played: checkout, Node, the role
// that AWS gives a job, and npm, which links the package that was built here instead of fetching it.

const project = path.resolve(import.meta.dirname, '../../..');
const execute = promisify(execFile);
const repository = 'acme/shop';
const pullRequest = {
  event_name: 'pull_request',
  event: { pull_request: { head: { repo: { full_name: repository } } } },
};
const planted = 'planted-in-a-github-secret-77aa';

let story: RealStory;
let tools: string;

const shims = {
  npm: `#!/bin/sh
mkdir -p .redeploy/node_modules && ln -sfn ${project} .redeploy/node_modules/meteor-redeploy
`,
  meteor: '#!/bin/sh\necho "meteor $*"\n',
};

beforeAll(async () => {
  story = await startRealStory('release-job', {
    balancer: { httpPort: await freePort(), deregistrationDelaySeconds: 10 },
    fleet: { min: 1 },
  });
  tools = path.join(path.dirname(story.app), 'tools');
  await mkdir(tools);
  for (const [name, text] of Object.entries(shims)) await writeFile(path.join(tools, name), text, { mode: 0o755 });
  await execute('git', ['init', '--quiet'], { cwd: story.app });
  await story.ask('status');
  await initGithub(story.app, { version: '0.0.0', templates: path.join(project, 'templates') });
});

afterAll(() => story[Symbol.asyncDispose]());

/** Runs one job of the workflow for an event of GitHub. */
async function job(name: string, event: Record<string, unknown>, given: Record<string, unknown> = {}): Promise<JobRun> {
  return await runJob(path.join(story.app, '.github/workflows/redeploy.yml'), name, {
    workspace: story.app,
    contexts: {
      github: { repository, ...event },
      inputs: {},
      vars: { REDEPLOY_ROLE: 'arn:aws:iam::000000000000:role/deploy', REDEPLOY_PLAN_ROLE: '' },
      ...given,
    },
    env: { ...story.variables, PATH: `${tools}:${process.env['PATH']}` },
    actions: {
      'actions/checkout': () => Promise.resolve({}),
      'actions/setup-node': () => Promise.resolve({}),
      'aws-actions/configure-aws-credentials': () => Promise.resolve({}),
    },
  });
}

const secrets = (greeting: string) => ({
  secrets: {
    REDEPLOY_SETTINGS: JSON.stringify({ public: { greeting } }),
    REDEPLOY_ENV: `ROOT_URL=http://localhost\nMAIL_URL=smtp://x:${planted}@mail.example.com`,
  },
});

test('a pull request shows what a deploy would do, and does nothing', async () => {
  const done = await job('plan', pullRequest, secrets('one'));
  expect(done).toMatchObject({ conclusion: 'success', annotations: [], outputs: { 'has-changes': 'true' } });
  expect(done.summary).toContain('### ✅ redeploy plan');
  expect(done.summary).toMatch(/foundation/);
  expect(await story.ask<Status>('status')).toMatchObject({ machines: [] });
});

test('a deploy that fails says why, in an annotation and in the summary, with what the tool said', async () => {
  await story.edit('server/main.js', (text) => `${text}\nconst = 1;\n`);
  const done = await job('deploy', { event_name: 'release' }, secrets('one'));
  expect(done.conclusion).toBe('failure');
  expect(done.annotations).toEqual([
    { level: 'error', title: 'redeploy deploy failed', message: expect.stringContaining('meteor build') },
  ]);
  expect(done.summary).toContain('### ❌ redeploy deploy');
  expect(done.summary).toContain('server/main.js');
  await story.edit('server/main.js', (text) => text.replace('\nconst = 1;\n', ''));
});

test('a published release is deployed, and its outputs say where', async () => {
  const done = await job('deploy', { event_name: 'release' }, secrets('one'));
  expect(done, done.log).toMatchObject({ conclusion: 'success', annotations: [] });
  expect(done.outputs).toMatchObject({ action: 'deployed', release: 'v1', url: expect.stringMatching(/^http:/) });
  expect(done.log).toMatch(/::group::✔ bundle {2}.*\n::stop-commands::/);
  expect(done.summary).toContain('v1 is live');
  expect(await greeting(done)).toBe('one');
  expect(done.log + done.summary).not.toContain(planted);
});

test('a rollback by hand brings the settings of the release before back', async () => {
  const second = await job('deploy', { event_name: 'release' }, secrets('two'));
  expect(second, second.log).toMatchObject({ conclusion: 'success', outputs: { release: 'v2', previous: 'v1' } });
  expect(await greeting(second)).toBe('two');
  const inputs = { command: 'rollback', environment: 'production', release: '' };
  const back = await job('rollback', { event_name: 'workflow_dispatch' }, { ...secrets('two'), inputs });
  expect(back, back.log).toMatchObject({ conclusion: 'success', outputs: { action: 'rolled-back', release: 'v1' } });
  expect(await greeting(back)).toBe('one');
});

/** What the page says that the settings say. */
async function greeting({ outputs }: JobRun): Promise<string | undefined> {
  const page = await (await fetch(outputs['url'] ?? '')).text();
  const [, encoded = ''] =
    /__meteor_runtime_config__ = JSON\.parse\(decodeURIComponent\("([^"]+)"\)\)/.exec(page) ?? [];
  const config = JSON.parse(decodeURIComponent(encoded)) as { PUBLIC_SETTINGS?: { greeting?: string } };
  return config.PUBLIC_SETTINGS?.greeting;
}
