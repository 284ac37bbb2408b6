import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetUserCommand,
  PutUserPolicyCommand,
  type AccessKey,
} from '@aws-sdk/client-iam';
import { CreateHostedZoneCommand, ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SandboxRequest } from '../../../sandbox/api/dispatch/operation.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { clients, keyOf, startSandbox } from '../../support/sandbox.ts';

let sandbox: Sandbox;
let key: AccessKey | undefined;
let zone: string | undefined;
beforeAll(async () => {
  sandbox = await startSandbox();
  const { iam, route53 } = clients(sandbox);
  await iam.send(new CreateUserCommand({ UserName: 'ann' }));
  const all = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const policy = { UserName: 'ann', PolicyName: 'all', PolicyDocument: JSON.stringify(all) };
  await iam.send(new PutUserPolicyCommand(policy));
  ({ AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' })));
  const made = await route53.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }));
  zone = made.HostedZone?.Id;
});
afterEach(() => void vi.useRealTimers());

type Clients = ReturnType<typeof clients>;
let secrets = 0;

/** A call of each protocol; characters that are encoded in several ways among what is sent. */
const calls: [string, (aws: Clients) => Promise<unknown>, { wrong: string; late: string }][] = [
  [
    'ec2',
    ({ ec2 }) => ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'tag:a b', Values: ["'x'(*)!~ü+%20"] }] })),
    { wrong: 'AuthFailure', late: 'RequestExpired' },
  ],
  [
    'query',
    ({ iam }) => iam.send(new GetUserCommand({ UserName: 'ann' })),
    { wrong: 'SignatureDoesNotMatch', late: 'SignatureDoesNotMatch' },
  ],
  [
    'json',
    ({ secretsManager }) => {
      const Name = `own/secret+${(secrets += 1)}`;
      return secretsManager.send(new CreateSecretCommand({ Name, SecretString: 'ü' }));
    },
    { wrong: 'InvalidSignatureException', late: 'InvalidSignatureException' },
  ],
  [
    'rest-xml',
    ({ route53 }) => {
      const start = { StartRecordName: "*.a b+c'(x)!.example.com", StartRecordType: 'A' as const };
      return route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone, ...start }));
    },
    { wrong: 'SignatureDoesNotMatch', late: 'SignatureDoesNotMatch' },
  ],
];

/** What reaches the sandbox, changed on the way. */
const through = (change: (request: SandboxRequest) => SandboxRequest) => ({
  handle: (request: SandboxRequest) => sandbox.handle(change(request)),
});

describe.each(calls)('a request of protocol %s', (name, call, codes) => {
  test('is taken when it is signed with the secret of its key', async () => {
    await call(clients(sandbox, keyOf(key)));
  });

  test('is refused with another secret', async () => {
    const other = { ...keyOf(key), secretAccessKey: 'guessed' };
    await expect(call(clients(sandbox, other))).rejects.toMatchObject({ name: codes.wrong });
  });

  test('is refused when it is not what was signed', async () => {
    const elsewhere = through((request) => ({ ...request, headers: { ...request.headers, host: 'elsewhere' } }));
    await expect(call(clients(elsewhere, keyOf(key)))).rejects.toMatchObject({ name: codes.wrong });
    const longer = through(({ body, ...request }) => ({ ...request, body: Buffer.concat([body, Buffer.from('\n')]) }));
    const isRead = name === 'rest-xml';
    if (!isRead) await expect(call(clients(longer, keyOf(key)))).rejects.toMatchObject({ name: codes.wrong });
  });

  test('is refused when it comes six minutes late', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 6 * 60_000 });
    const late = through((request) => {
      vi.useRealTimers();
      return request;
    });
    await expect(call(clients(late, keyOf(key)))).rejects.toMatchObject({ name: codes.late });
  });
});
