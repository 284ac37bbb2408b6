import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { policySize } from '../../../pipeline/core/policy.ts';
import { issueRoleCredentials } from '../../../sandbox/engine/iam/credentials.ts';
import { makeDeployer, putPolicy, readBoundary } from '../../support/deployer.ts';
import { clients, keyOf, startSandbox } from '../../support/sandbox.ts';

const environmentOf = (environment: string) => ({ app: 'shop', environment, region: 'us-east-1' });
const environments = [environmentOf('production'), environmentOf('staging')];
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

test('whoever deploys staging can give its machines any policy, and they read no settings of production', async () => {
  const sandbox = await startSandbox();
  const account = clients(sandbox);
  for (const environment of ['production', 'staging', 'production/old-balancer']) {
    const Name = `redeploy/shop/${environment}`;
    await account.secretsManager.send(new CreateSecretCommand({ Name, SecretString: environment }));
  }
  const { accessKeyId } = await makeDeployer(sandbox, [environmentOf('staging')]);
  // The boundary is the app's, as `redeploy iam boundary` prints it; the rights are for staging alone.
  putPolicy(sandbox, 'redeploy-shop-boundary', await readBoundary(environments));
  const { iam } = clients(sandbox, { accessKeyId });
  for (const part of ['app', 'builder']) {
    const RoleName = `redeploy-shop-staging-us-east-1-${part}`;
    const PermissionsBoundary = 'arn:aws:iam::123456789012:policy/redeploy-shop-boundary';
    const AssumeRolePolicyDocument = JSON.stringify({
      ...everything,
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, PermissionsBoundary }));
    const policy = { RoleName, PolicyName: 'redeploy', PolicyDocument: JSON.stringify(everything) };
    await iam.send(new PutRolePolicyCommand(policy));
  }
  const read = async (part: string, environment: string) => {
    const { Token, ...issued } = issueRoleCredentials(sandbox.engine, `redeploy-shop-staging-us-east-1-${part}`, 'i-1');
    const { secretsManager } = clients(sandbox, keyOf({ ...issued, SessionToken: Token }));
    return secretsManager.send(new GetSecretValueCommand({ SecretId: `redeploy/shop/${environment}` })).then(
      ({ SecretString }) => SecretString,
      (error: unknown) => /no permissions boundary allows/.exec((error as Error).message)?.[0],
    );
  };
  expect(await read('app', 'staging')).toBe('staging');
  const refused = 'no permissions boundary allows';
  expect(await read('app', 'production')).toBe(refused);
  expect(await read('app', 'production/old-balancer')).toBe(refused);
  expect(await read('builder', 'staging')).toBe(refused);
  expect(await read('builder', 'production')).toBe(refused);
});

test('one boundary holds the environments of an app, a dozen of them', async () => {
  const dozen = Array.from({ length: 12 }, (_, at) => environmentOf(`stage-${at}`));
  expect(policySize(await readBoundary(dozen))).toBeLessThan(6144);
});
