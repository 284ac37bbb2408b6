import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InstanceRecord } from '../../../sandbox/engine/ec2/state.ts';
import { answerImds, type ImdsAnswer } from '../../../sandbox/engine/imds/answer.ts';
import { makeTokens, type Tokens } from '../../../sandbox/engine/imds/tokens.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';
import { stillClock } from '../../support/still-clock.ts';
import { AddRoleToInstanceProfileCommand, CreateInstanceProfileCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { RunInstancesCommand, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { stockImageId } from '../../../sandbox/engine/ec2/stock.ts';

let sandbox: Sandbox;
let tokens: Tokens;
let clock: ReturnType<typeof stillClock>;

beforeEach(async () => {
  clock = stillClock();
  sandbox = await startSandbox({ clock });
  tokens = makeTokens();
});
afterEach(async () => {
  await sandbox.close();
});

async function launch(input: Partial<RunInstancesCommandInput> = {}): Promise<InstanceRecord> {
  const { Instances } = await clients(sandbox).ec2.send(
    new RunInstancesCommand({
      ImageId: stockImageId('x86_64'),
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
      MetadataOptions: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
      ...input,
    }),
  );
  const instance = sandbox.engine.state.ec2.instances[Instances?.[0]?.InstanceId ?? ''];
  if (!instance) throw new Error('no instance');
  return instance;
}

const ask = (id: string | undefined, method: string, path: string, headers = {}): ImdsAnswer =>
  answerImds(sandbox.engine, tokens, id, { method, path, headers });

const ttl = 'x-aws-ec2-metadata-token-ttl-seconds';

const tokenFor = (id: string, seconds = '60') => String(ask(id, 'PUT', '/latest/api/token', { [ttl]: seconds }).body);

const get = (id: string, path: string) => {
  const { status, body } = ask(id, 'GET', path, { 'x-aws-ec2-metadata-token': tokenFor(id) });
  return status === 200 ? String(body) : status;
};

test('version 2 gives a token for the time asked for, and only to the machine itself', async () => {
  const [one, two] = [await launch(), await launch()];
  const path = '/latest/meta-data/instance-id';
  for (const seconds of ['0', '21601', 'soon']) {
    expect(ask(one.id, 'PUT', '/latest/api/token', { [ttl]: seconds }).status).toBe(400);
  }
  expect(ask(one.id, 'PUT', '/latest/api/token').status).toBe(400);
  expect(ask(one.id, 'PUT', '/latest/api/token', { [ttl]: '60', 'x-forwarded-for': '10.0.0.1' }).status).toBe(403);
  const headers = { 'x-aws-ec2-metadata-token': tokenFor(one.id) };
  expect(ask(one.id, 'GET', path, headers)).toMatchObject({ status: 200, body: one.id });
  expect(ask(two.id, 'GET', path, headers).status).toBe(401);
  clock.skip(60_000);
  expect(ask(one.id, 'GET', path, headers).status).toBe(401);
});

test('version 1 is refused where tokens are required, the service where it is disabled, and strangers always', async () => {
  const path = '/latest/meta-data/instance-id';
  const strict = await launch();
  expect(ask(strict.id, 'GET', path).status).toBe(401);
  const lax = await launch({ MetadataOptions: { HttpTokens: 'optional' } });
  expect(ask(lax.id, 'GET', path).body).toBe(lax.id);
  const none = await launch({ MetadataOptions: { HttpEndpoint: 'disabled' } });
  expect(ask(none.id, 'PUT', '/latest/api/token', { [ttl]: '60' }).status).toBe(403);
  expect(ask(undefined, 'GET', path).status).toBe(403);
});

test('an instance reads who and where it is, and what is below a directory', async () => {
  const TagSpecifications = [
    {
      ResourceType: 'instance' as const,
      Tags: [
        { Key: 'redeploy:app', Value: 'shöp' },
        { Key: 'Name', Value: 'a' },
      ],
    },
  ];
  const { id, privateIp } = await launch({ TagSpecifications, UserData: Buffer.from([0, 255, 10]).toString('base64') });
  expect(get(id, '/latest/meta-data/ami-id')).toBe(stockImageId('x86_64'));
  expect(get(id, '/2021-03-23/meta-data/instance-type')).toBe('t3.small');
  expect(get(id, '/latest/meta-data/local-ipv4')).toBe(privateIp);
  expect(get(id, '/latest/meta-data/placement/region')).toBe('us-east-1');
  expect(get(id, '/latest/meta-data/placement/availability-zone')).toMatch(/^us-east-1[abc]$/);
  expect(get(id, '/latest/meta-data/tags/instance')).toBe('Name\nredeploy:app');
  expect(get(id, '/latest/meta-data/tags/instance/redeploy%3Aapp')).toBe('shöp');
  expect(get(id, '/latest/')).toBe('dynamic/\nmeta-data/\nuser-data');
  expect(String(get(id, '/latest/meta-data/')).split('\n')).toContain('placement/');
  expect(JSON.parse(String(get(id, '/latest/dynamic/instance-identity/document')))).toMatchObject({
    accountId: '123456789012',
    instanceId: id,
    region: 'us-east-1',
    pendingTime: '2026-01-31T10:00:00Z',
  });
  const { body } = ask(id, 'GET', '/latest/user-data', { 'x-aws-ec2-metadata-token': tokenFor(id) });
  expect([...(body as Buffer)]).toEqual([0, 255, 10]);
});

test('what an instance does not have is not there', async () => {
  const { id } = await launch({ MetadataOptions: { HttpTokens: 'required' } });
  for (const path of [
    'iam/info',
    'tags/instance/Name',
    'autoscaling/target-lifecycle-state',
    'constructor',
    'nothing',
  ]) {
    expect(get(id, `/latest/meta-data/${path}`)).toBe(404);
  }
  expect(get(id, '/latest/user-data')).toBe(404);
  expect(get(id, '/oldest/meta-data')).toBe(404);
});

test("the role's credentials are renewed an hour before they end", async () => {
  const { iam } = clients(sandbox);
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  await iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'app' }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'app', RoleName: 'app' }));
  const { id } = await launch({ IamInstanceProfile: { Name: 'app' } });
  const path = '/latest/meta-data/iam/security-credentials/';
  const read = () => JSON.parse(String(get(id, `${path}app`))) as Record<string, string>;
  expect(get(id, path)).toBe('app');
  const first = read();
  expect(first).toMatchObject({ Code: 'Success', Type: 'AWS-HMAC', Expiration: '2026-01-31T16:00:00Z' });
  clock.skip(4 * 3600_000);
  expect(read()['AccessKeyId']).toBe(first['AccessKeyId']);
  clock.skip(3600_000);
  expect(read()['AccessKeyId']).not.toBe(first['AccessKeyId']);
  expect(get(id, `${path}other`)).toBe(404);
});
