import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DescribeInstancesCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { iamDocument } from '../../../pipeline/commands/iam.ts';
import { sandboxDeployer, sandboxUp } from '../../../pipeline/commands/sandbox.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';
import { connectAws } from '../../../pipeline/edge/aws.ts';
import { realClock } from '../../../pipeline/edge/clock.ts';
import { http } from '../../../pipeline/edge/http.ts';
import { localSandbox } from '../../../pipeline/edge/sandbox.ts';
import { startServer, type RunningServer } from '../../../sandbox/server.ts';
import { noMachines } from '../../support/no-machines.ts';

// Who `--sandbox` deploys as: a user with the printed policies.

const templates = path.resolve(import.meta.dirname, '../../../templates');
const account = '123456789012';

let directory: string;
let server: RunningServer;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'deployer-'));
  server = await startServer({ region: 'us-east-1', machines: noMachines(), port: 0 });
  await configure({ production: {} });
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const configure = (environments: object) =>
  writeFile(path.join(directory, 'redeploy.json'), JSON.stringify({ app: 'shop', region: 'us-east-1', environments }));

const connect = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
  connectAws({ region: 'us-east-1', endpoint: `http://${server.authority}`, credentials });

/** As the command line does for `--sandbox`. */
async function setUp(environment?: string) {
  const { signal } = new AbortController();
  const around = { clock: realClock, http, signal, report: () => {}, pingDocker: async () => {} };
  const port = Number(server.authority.split(':')[1]);
  const local = localSandbox(around, { directory, port, env: {} });
  const status = await sandboxUp(local, { region: 'us-east-1', machines: 'docker', latency: 'none' });
  const target = await readTarget(directory, environment);
  return await sandboxDeployer(local, status, { target, policies: [], templates });
}

test('is a user with the policies that `redeploy iam` prints, and with no other', async () => {
  const key = await setUp();
  const aws = await connect(key);
  const { Arn } = await aws.sts.send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe(`arn:aws:iam::${account}:user/redeploy-shop-production-deployer`);
  await aws.ec2.send(new DescribeInstancesCommand({}));
  await expect(aws.ec2.send(new DescribeVolumesCommand({}))).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  const { users, policies } = server.sandbox.engine.state.iam;
  const attached = users['redeploy-shop-production-deployer']?.attachedPolicies ?? [];
  const statements = attached.flatMap((arn) => {
    const { Statement } = JSON.parse(policies[arn]?.document ?? '') as { Statement: object[] };
    return Statement;
  });
  const printed = await iamDocument(directory, 'deployer', { account, templates });
  expect(statements).toEqual(printed.Statement);
});

test('keeps the key, and follows the settings', async () => {
  const key = await setUp();
  await configure({ production: {}, staging: { secrets: { MAIL_URL: 'ssm:/shop/mail' } } });
  expect(await setUp('production')).toEqual(key);
  const staging = await setUp('staging');
  expect(staging.accessKeyId).not.toBe(key.accessKeyId);
  const { policies } = server.sandbox.engine.state.iam;
  const arn = `arn:aws:iam::${account}:policy/redeploy-shop`;
  expect(policies[`${arn}-staging-deployer-content`]?.document).toContain('parameter/shop/mail');
  expect(policies[`${arn}-production-deployer-content`]?.document).not.toContain('staging');
  expect(policies[`${arn}-boundary`]?.document).toContain('staging');
});

test('finds roles that were made without the boundary bounded, as it could not change them otherwise', async () => {
  const admin = await connect({ accessKeyId: 'AKIASANDBOX000000000', secretAccessKey: 'sandbox' });
  const RoleName = 'redeploy-shop-production-us-east-1-app';
  const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await admin.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await setUp();
  const boundary = `arn:aws:iam::${account}:policy/redeploy-shop-boundary`;
  expect(server.sandbox.engine.state.iam.roles[RoleName]?.boundary).toBe(boundary);
});

test('is nobody whom a web page can make, nor one without documents', async () => {
  const url = `http://${server.authority}/_sandbox/deployer`;
  const body = JSON.stringify({ user: 'mallory', policies: {}, boundary: {}, roles: [] });
  const fromPage = { method: 'POST', body, headers: { origin: 'https://evil.example' } };
  expect((await fetch(url, fromPage)).status).toBe(403);
  expect((await fetch(url, { method: 'POST', body: '{"user":"mallory"}' })).status).toBe(400);
  expect(server.sandbox.engine.state.iam.users).toEqual({});
});
