import { expect, test } from 'vitest';
import type { PolicyDocument, PolicyTarget } from '../../../pipeline/core/policy.ts';
import { operationsOfPipeline } from '../../conformance/pipeline-operations.ts';
import { deployerParts, readPolicy } from '../../support/deployer.ts';

const shop: PolicyTarget = {
  app: 'shop',
  environment: 'production',
  region: 'us-east-1',
  baseAmi: '/shop/base',
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
