import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, GetUserCommand } from '@aws-sdk/client-iam';
import { ListHostedZonesCommand } from '@aws-sdk/client-route-53';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { HttpRequest } from '@smithy/core/protocols';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import { giveKey } from '../../support/deployer.ts';
import { clients, keyOf, startSandbox } from '../../support/sandbox.ts';
import { stillClock } from '../../support/still-clock.ts';

const clock = stillClock();
let sandbox: Sandbox;
let role: ReturnType<typeof keyOf>;
let other: ReturnType<typeof keyOf>;
beforeAll(async () => {
  sandbox = await startSandbox({ clock });
  const { iam, sts } = clients(sandbox);
  const Statement = [{ Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument }));
  const assume = async () =>
    keyOf((await sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'me' }))).Credentials);
  [role, other] = [await assume(), await assume()];
});
afterEach(() => void vi.useRealTimers());

type Clients = ReturnType<typeof clients>;

/** A call of each protocol, and what is said of a token that is not that of the key (each service's "Common errors"). */
const calls: [string, (aws: Clients) => Promise<unknown>, { invalid: string; expired: string }][] = [
  [
    'ec2',
    ({ ec2 }) => ec2.send(new DescribeInstancesCommand({})),
    { invalid: 'AuthFailure', expired: 'RequestExpired' },
  ],
  [
    'query',
    ({ iam }) => iam.send(new GetUserCommand({ UserName: 'ann' })),
    { invalid: 'InvalidClientTokenId', expired: 'ExpiredToken' },
  ],
  [
    'json',
    ({ secretsManager }) => secretsManager.send(new ListSecretsCommand({})),
    { invalid: 'UnrecognizedClientException', expired: 'ExpiredTokenException' },
  ],
  [
    'rest-xml',
    ({ route53 }) => route53.send(new ListHostedZonesCommand({})),
    { invalid: 'InvalidClientTokenId', expired: 'ExpiredToken' },
  ],
];

describe.each(calls)('a request of protocol %s with temporary credentials', (_, call, codes) => {
  test('is known by their token, and refused without it or with that of others', async () => {
    // Known, and the role may do nothing.
    await expect(call(clients(sandbox, role))).rejects.toMatchObject({
      name: expect.stringMatching(/^(AccessDenied(Exception)?|UnauthorizedOperation)$/) as string,
    });
    const { sessionToken, ...without } = role;
    for (const wrong of [without, { ...role, sessionToken: other.sessionToken ?? '' }]) {
      await expect(call(clients(sandbox, wrong))).rejects.toMatchObject({
        name: codes.invalid,
        message: 'The security token included in the request is invalid.',
      });
    }
    expect(sessionToken).toBeDefined();
  });

  test('is refused with a key for good that comes with a token', async () => {
    giveKey(sandbox, 'AKIAANN0000000000000');
    const key = { accessKeyId: 'AKIAANN0000000000000', sessionToken: role.sessionToken ?? '' };
    await expect(call(clients(sandbox, key))).rejects.toMatchObject({ name: codes.invalid });
  });
});

/** `presign` of what the client signs with. */
interface Presigner {
  presign(request: HttpRequest, options: object): Promise<HttpRequest>;
}

/** A URL that says who asks, good for a minute; as it reaches the sandbox. */
async function signedUrl(key: ReturnType<typeof keyOf>) {
  const signer = (await clients(sandbox, key).sts.config.signer()) as unknown as Presigner;
  const headers = { host: 'sts.us-east-1.amazonaws.com' };
  const query = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
  const asked = new HttpRequest({ method: 'GET', hostname: headers.host, path: '/', headers, query });
  const signed = await signer.presign(asked, { expiresIn: 60, signingRegion: 'us-east-1', signingService: 'sts' });
  return { headers, query: signed.query as Record<string, string> };
}

const open = async ({ headers, query }: Awaited<ReturnType<typeof signedUrl>>) => {
  const path = `/?${new URLSearchParams(query).toString()}`;
  const { status, body } = await sandbox.handle({ method: 'GET', path, headers, body: new Uint8Array() });
  return `${status} ${Buffer.from(body).toString('utf8')}`;
};

describe('a signed URL', () => {
  test('is taken for a minute', async () => {
    const url = await signedUrl(role);
    expect(await open(url)).toMatch(/^200 .*assumed-role\/r\/me/s);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    expect(await open(url)).toMatch(/^403 .*<Code>SignatureDoesNotMatch<\/Code>.*Signature expired/s);
  });

  test('is refused when anything of it is changed', async () => {
    const { query, headers } = await signedUrl(role);
    const changes = [
      { Version: '2011-06-16' },
      { 'X-Amz-Expires': '600' },
      { 'X-Amz-Security-Token': other.sessionToken ?? '' },
    ];
    for (const change of changes) {
      expect(await open({ headers, query: { ...query, ...change } })).toMatch(
        /^403 .*(SignatureDoesNotMatch|InvalidClient)/s,
      );
    }
  });
});

test.each(calls)('temporary credentials of protocol %s are told that they have expired', async (_, call, codes) => {
  clock.skip(3600 * 1000);
  await expect(call(clients(sandbox, role))).rejects.toMatchObject({ name: codes.expired });
});
