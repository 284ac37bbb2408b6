import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { beforeAll, expect, test } from 'vitest';
import { fillPolicy } from '../../../pipeline/core/policy.ts';
import { readTemplate } from '../../support/deployer.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';

const issuer = 'https://token.actions.githubusercontent.com';
const account = '123456789012';

let aws: ReturnType<typeof clients>;
let asRole: (accessKeyId: string) => ReturnType<typeof clients>;
beforeAll(async () => {
  const sandbox = await startSandbox();
  aws = clients(sandbox);
  asRole = (accessKeyId) => clients(sandbox, { accessKeyId });
  const provider = { Url: issuer, ClientIDList: ['sts.amazonaws.com'] };
  await aws.iam.send(new CreateOpenIDConnectProviderCommand(provider));
  for (const name of ['github', 'github-plan']) {
    const targets = ['production', 'staging'].map((environment) => ({ app: 'shop', environment, region: 'us-east-1' }));
    const trust = fillPolicy(await readTemplate(name), targets, { account, repository: 'acme/shop' });
    await aws.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  }
});

const token = (claims: object): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const all = { iss: issuer, aud: 'sts.amazonaws.com', exp: Math.floor(Date.now() / 1000) + 300, ...claims };
  return `${part({ alg: 'RS256' })}.${part(all)}.c2ln`;
};

const assume = (role: string, claims: object) =>
  aws.sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${account}:role/${role}`,
      RoleSessionName: 'job',
      WebIdentityToken: token(claims),
    }),
  );

test.each([
  ['github', 'repo:acme/shop:environment:production'],
  ['github', 'repo:acme/shop:environment:staging'],
  ['github-plan', 'repo:acme/shop:pull_request'],
])('the role %s takes in a job of %s', async (role, sub) => {
  const { Credentials } = await assume(role, { sub });
  const { Arn } = await asRole(Credentials?.AccessKeyId ?? '').sts.send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe(`arn:aws:sts::${account}:assumed-role/${role}/job`);
});

test.each([
  ['github', { sub: 'repo:acme/shop:pull_request' }, 'AccessDenied'],
  ['github', { sub: 'repo:acme/shop:ref:refs/heads/main' }, 'AccessDenied'],
  ['github', { sub: 'repo:mallory/shop:environment:production' }, 'AccessDenied'],
  ['github', { sub: 'repo:acme/shop:environment:production-2' }, 'AccessDenied'],
  ['github-plan', { sub: 'repo:acme/shop:environment:production' }, 'AccessDenied'],
  ['github', { sub: 'repo:acme/shop:environment:production', aud: 'me' }, 'InvalidIdentityTokenException'],
  [
    'github',
    { sub: 'repo:acme/shop:environment:production', iss: 'https://example.com' },
    'InvalidIdentityTokenException',
  ],
  ['github', { sub: 'repo:acme/shop:environment:production', exp: 1 }, 'ExpiredTokenException'],
])('the role %s refuses %j', async (role, claims, name) => {
  await expect(assume(role, claims)).rejects.toMatchObject({ name });
});
