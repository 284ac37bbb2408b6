import { expect, test } from 'vitest';
import type { PolicyDocument, PolicyTarget } from '../../../pipeline/core/policy.ts';
import { operationsOfPipeline } from '../../conformance/pipeline-operations.ts';
import { judge } from '../../../sandbox/engine/iam/policy.ts';
import { deployerParts, readPolicy } from '../../support/deployer.ts';

const shop: PolicyTarget = {
  app: 'shop',
  environment: 'production',
  region: 'us-east-1',
  baseAmi: '/shop/base',
  domains: ['shop.example.com'],
  hostnames: ['shop.example.com'],
  secrets: { A: 'secretsmanager:shop/a', B: 'ssm:/shop/b' },
};

const actionsOf = ({ Statement }: PolicyDocument): string[] => Statement.flatMap(({ Action }) => Action);

const deployerActions = async () =>
  new Set((await Promise.all([...deployerParts, 'retire'].map((part) => readPolicy(part, [shop])))).flatMap(actionsOf));

/** What the SDK's clients are called in IAM, where that is something else. */
const prefixes: Record<string, string> = {
  'auto-scaling': 'autoscaling',
  'cloudwatch-logs': 'logs',
  'elastic-load-balancing-v2': 'elasticloadbalancing',
  'route-53': 'route53',
  'secrets-manager': 'secretsmanager',
  'service-quotas': 'servicequotas',
};

/** Nobody needs to be allowed these (API_GetCallerIdentity.html). */
const free = new Set(['sts:GetCallerIdentity']);

test('the deployer, with the rights for a retirement, may make every AWS call that there is in the code', async () => {
  const allowed = await deployerActions();
  const made = (await operationsOfPipeline()).map((operation) => {
    const [client = '', name = ''] = operation.split(':');
    return `${prefixes[client] ?? client}:${name}`;
  });
  expect(made.filter((action) => !allowed.has(action) && !free.has(action))).toEqual([]);
});

const mayRun = async (old: PolicyTarget['old'], resource: string, tags: Record<string, string> = {}) => {
  const policy = await readPolicy('retire', [
    { ...shop, old },
    { ...shop, environment: 'staging' },
  ]);
  const context = new Map(
    Object.entries(tags).map(([key, value]) => [`ssm:resourcetag/${key}`.toLowerCase(), [value]]),
  );
  return judge([JSON.stringify(policy)], { action: 'ssm:SendCommand', resource, context });
};

test('scripts may be sent to the old machine that redeploy.json names, and to no other', async () => {
  const instance = (id: string) => `arn:aws:ec2:us-east-1:123456789012:instance/${id}`;
  const byId = { instance: 'i-0123456789abcdef0' };
  expect(await mayRun(byId, instance(byId.instance))).toBe('allowed');
  expect(await mayRun(byId, instance('i-0fedcba9876543210'))).not.toBe('allowed');
  const byTag = { tag: 'Name=old-balancer' };
  expect(await mayRun(byTag, instance('i-0fedcba9876543210'), { Name: 'old-balancer' })).toBe('allowed');
  expect(await mayRun(byTag, instance('i-0fedcba9876543210'), { Name: 'database' })).not.toBe('allowed');
  expect(await mayRun(undefined, instance('i-0fedcba9876543210'), { Name: 'old-balancer' })).not.toBe('allowed');
  expect(await mayRun(byId, 'arn:aws:ssm:us-east-1::document/AWS-RunShellScript')).toBe('allowed');
  expect(await mayRun(byId, 'arn:aws:ssm:us-east-1::document/AWS-RunDocument')).not.toBe('allowed');
});
