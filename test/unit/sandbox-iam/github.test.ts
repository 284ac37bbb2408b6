import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { beforeAll, expect, test } from 'vitest';
import { fillPolicy } from '../../../pipeline/core/policy.ts';
import { readTemplate } from '../../support/deployer.ts';
import { githubIssuer, startIssuer } from '../../support/github-issuer.ts';
import { clients, keyOf, startSandbox } from '../../support/sandbox.ts';

const github = startIssuer();
const account = '123456789012';

let aws: ReturnType<typeof clients>;
let asRole: (credentials: Parameters<typeof keyOf>[0]) => ReturnType<typeof clients>;
beforeAll(async () => {
  const sandbox = await startSandbox();
  aws = clients(sandbox);
  asRole = (credentials) => clients(sandbox, keyOf(credentials));
  sandbox.engine.state.iam.issuers[new URL(githubIssuer).host] = github.keys;
  const provider = { Url: githubIssuer, ClientIDList: ['sts.amazonaws.com'] };
  await aws.iam.send(new CreateOpenIDConnectProviderCommand(provider));
  for (const name of ['github', 'github-plan']) {
    const targets = ['production', 'staging'].map((environment) => ({ app: 'shop', environment, region: 'us-east-1' }));
    const trust = fillPolicy(await readTemplate(name), targets, { account, repository: 'acme/shop' });
    await aws.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  }
});

const assume = (role: string, claims: object, by = github) =>
  aws.sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${account}:role/${role}`,
      RoleSessionName: 'job',
      WebIdentityToken: by.token(claims),
    }),
  );

test.each([
  ['github', 'repo:acme/shop:environment:production'],
  ['github', 'repo:acme/shop:environment:staging'],
  ['github-plan', 'repo:acme/shop:pull_request'],
])('the role %s takes in a job of %s', async (role, sub) => {
  const { Credentials } = await assume(role, { sub });
  const { Arn } = await asRole(Credentials).sts.send(new GetCallerIdentityCommand({}));
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

test.each([
  ['somebody else’s key of the same name', startIssuer(), 'Token signature invalid'],
  ['a key that GitHub does not have', startIssuer('another'), "Couldn't retrieve verification key"],
])('a token signed with %s is refused', async (_, mallory, message) => {
  const sub = 'repo:acme/shop:environment:production';
  await expect(assume('github', { sub }, mallory)).rejects.toMatchObject({
    name: 'InvalidIdentityTokenException',
    message: expect.stringContaining(message) as string,
  });
});

test('a token that says more than was signed is refused', async () => {
  const [head, , signature] = github.token({ sub: 'repo:acme/shop:pull_request' }).split('.');
  const [, claims] = github.token({ sub: 'repo:acme/shop:environment:production' }).split('.');
  const forged = { ...github, token: () => [head, claims, signature].join('.') };
  await expect(assume('github', {}, forged)).rejects.toMatchObject({ name: 'InvalidIdentityTokenException' });
});
