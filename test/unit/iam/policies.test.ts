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
  topic: 'arn:aws:sns:us-east-1:123456789012:alarms',
  secrets: { A: 'secretsmanager:shop/a', B: 'ssm:/shop/b' },
};

const byId = { instance: 'i-0123456789abcdef0' };
const byTag = { tag: 'Name=old-balancer' };

const actionsOf = ({ Statement }: PolicyDocument): string[] => Statement.flatMap(({ Action }) => Action);

const deployerActions = async () =>
  new Set(
    (
      await Promise.all([...deployerParts, 'retire'].map((part) => readPolicy(part, [{ ...shop, old: byTag }])))
    ).flatMap(actionsOf),
  );

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

const instance = (id: string) => `arn:aws:ec2:us-east-1:123456789012:instance/${id}`;
const another = instance('i-0fedcba9876543210');

const may = async (action: string, old: PolicyTarget['old'], on: { resource: string; name?: string }) => {
  const policy = await readPolicy('retire', [
    { ...shop, old },
    { ...shop, environment: 'staging' },
  ]);
  const key = `${action.split(':')[0]}:resourcetag/name`;
  const context = new Map(on.name === undefined ? [] : [[key, [on.name]]]);
  return judge([JSON.stringify(policy)], { action, resource: on.resource, context }) === 'allowed';
};

test.each(['ssm:SendCommand', 'ec2:TerminateInstances', 'ec2:StopInstances', 'ec2:CreateImage'])(
  '%s is allowed on the old machine that redeploy.json names, and on no other',
  async (action) => {
    expect(await may(action, byId, { resource: instance(byId.instance) })).toBe(true);
    expect(await may(action, byId, { resource: another })).toBe(false);
    expect(await may(action, byTag, { resource: another, name: 'old-balancer' })).toBe(true);
    expect(await may(action, byTag, { resource: another, name: 'database' })).toBe(false);
    expect(await may(action, undefined, { resource: another, name: 'old-balancer' })).toBe(false);
  },
);

test('only scripts may be sent, and tags only be given to what is made', async () => {
  const document = (name: string) => ({ resource: `arn:aws:ssm:us-east-1::document/${name}` });
  expect(await may('ssm:SendCommand', byId, document('AWS-RunShellScript'))).toBe(true);
  expect(await may('ssm:SendCommand', byId, document('AWS-RunDocument'))).toBe(false);
  expect(await may('ec2:CreateTags', byTag, { resource: another })).toBe(false);
});
