import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CreateUserCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { iamDocument, iamSetup } from '../../../pipeline/commands/iam.ts';
import { initGithub } from '../../../pipeline/commands/init/github.ts';
import type { PolicyName } from '../../../pipeline/core/policy-names.ts';
import type { Status } from '../../../pipeline/commands/status.ts';
import { freePort } from '../../support/free-port.ts';
import { githubIssuer, startIssuer } from '../../support/github-issuer.ts';
import { followIamSetup } from '../../support/iam-setup.ts';
import { startRealStory, type RealStory } from '../../support/real-story.ts';
import { runJob, type JobRun, type PlayedAction } from '../../support/workflow/run-job.ts';

// The workflow that `redeploy init --github` writes, its jobs run in order on real machines, each as the role that the sandbox
// gives it for GitHub's word, with the policies that `redeploy iam` prints. Played: GitHub's signature, checkout, Node, and npm,
// which links the package that was built here instead of fetching it.

const project = path.resolve(import.meta.dirname, '../../..');
const execute = promisify(execFile);
const repository = 'acme/shop';
const pullRequest = {
  event_name: 'pull_request',
  event: { pull_request: { head: { repo: { full_name: repository } } } },
};
const planted = 'planted-in-a-github-secret-77aa';

const account = '123456789012';
const templates = path.join(project, 'templates');
const roleArn = (name: string) => `arn:aws:iam::${account}:role/redeploy-release-job-${name}`;
const github = startIssuer();

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
  // Nobody has deployed here yet, and the account has no policies.
  await story.ask('iam', 'viewer');
  await setUpAccount();
  await initGithub(story.app, { version: '0.0.0', templates });
});

/** What docs/permissions.md tells whoever keeps the account. */
async function setUpAccount(): Promise<void> {
  const { AWS_ENDPOINT_URL: endpoint } = story.variables;
  const body = JSON.stringify({ issuer: githubIssuer, keys: github.keys });
  expect((await fetch(`${endpoint}/_sandbox/issuers`, { method: 'POST', body })).status).toBe(200);
  const place = { account, repository, templates };
  const documentOf = (name: string) => iamDocument(story.app, name as PolicyName, place);
  await story.aws.iam.send(new CreateUserCommand({ UserName: 'ann' }));
  await followIamSetup(story.aws.iam, await iamSetup(story.app, place), { user: 'ann', documentOf });
}

/** https://github.com/aws-actions/configure-aws-credentials: hands GitHub's token to STS, and what it gives to the next steps. */
const configureCredentials: PlayedAction = async (inputs, subject) => {
  if (subject === undefined)
    throw new Error(
      'It looks like you might be trying to authenticate with OIDC. Did you mean to set the `id-token` permission?',
    );
  const { AWS_ENDPOINT_URL: endpoint = '' } = story.variables;
  // The request is not signed; the client insists on credentials all the same.
  const sts = new STSClient({
    region: inputs['aws-region'] ?? '',
    endpoint,
    credentials: { accessKeyId: '-', secretAccessKey: '-' },
  });
  const { Credentials } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: inputs['role-to-assume'],
      RoleSessionName: 'GitHubActions',
      DurationSeconds: Number(inputs['role-duration-seconds']),
      WebIdentityToken: github.token({ sub: subject }),
    }),
  );
  return {
    AWS_REGION: inputs['aws-region'] ?? '',
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? '',
  };
};

afterAll(() => story[Symbol.asyncDispose]());

/** Runs one job of the workflow for an event of GitHub. */
async function job(name: string, event: Record<string, unknown>, given: Record<string, unknown> = {}): Promise<JobRun> {
  return await runJob(path.join(story.app, '.github/workflows/redeploy.yml'), name, {
    workspace: story.app,
    contexts: {
      github: { repository, ...event },
      inputs: {},
      vars: { REDEPLOY_ROLE: roleArn('github'), REDEPLOY_PLAN_ROLE: roleArn('github-plan') },
      ...given,
    },
    env: { ...story.variables, PATH: `${tools}:${process.env['PATH']}` },
    actions: {
      'actions/checkout': () => Promise.resolve({}),
      'actions/setup-node': () => Promise.resolve({}),
      'aws-actions/configure-aws-credentials': configureCredentials,
    },
  });
}

const refusal = expect.stringContaining('Not authorized to perform sts:AssumeRoleWithWebIdentity') as string;

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

test('a job of another repository gets no role, nor does one of a pull request to deploy with', async () => {
  const others = await job('deploy', { event_name: 'release', repository: 'mallory/shop' }, secrets('one'));
  expect(others).toMatchObject({ conclusion: 'failure', annotations: [{ message: refusal }] });
  const vars = { REDEPLOY_ROLE: '', REDEPLOY_PLAN_ROLE: roleArn('github') };
  const pulled = await job('plan', pullRequest, { ...secrets('one'), vars });
  expect(pulled).toMatchObject({ conclusion: 'failure', annotations: [{ message: refusal }] });
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
