import { afterAll, beforeAll, expect, test } from 'vitest';
import { issueRegistryPassword } from '../../../sandbox/engine/ecr/passwords.ts';
import { makeDeployer, putPolicy, readPolicy } from '../../support/deployer.ts';
import { digestOf, openRegistry, type Registry } from './client.ts';

// What each request of Docker's takes: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html and, for a pull,
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html

let registry: Registry;
let authorization: string;
let layer: string;
beforeAll(async () => {
  registry = await openRegistry();
  registry.addRepository('redeploy/shop');
  registry.addRepository('redeploy/bank');
  layer = digestOf('layer');
  await registry.pushImage('redeploy/shop', 'v1', 'layer');
  await registry.pushImage('redeploy/bank', 'v1', 'layer');
  await makeDeployer(registry.sandbox, [{ app: 'shop', environment: 'production', region: 'us-east-1' }]);
  const { password } = issueRegistryPassword(registry.sandbox.engine, { kind: 'user', name: 'deployer' });
  authorization = `Basic ${Buffer.from(`AWS:${password}`).toString('base64')}`;
});
afterAll(() => registry[Symbol.asyncDispose]());

const ask = async (repository: string, request: string, init: RequestInit = {}) => {
  const [method = '', rest = ''] = request.replace('LAYER', layer).split(' ');
  const answer = await registry.send(method, `/v2/${repository}/${rest}`, { ...init, headers: { authorization } });
  return { status: answer.status, text: await answer.text() };
};

const requests = [
  ['HEAD manifests/v1', 'ecr:BatchGetImage'],
  ['GET manifests/v1', 'ecr:BatchGetImage'],
  ['PUT manifests/v2', 'ecr:PutImage'],
  ['HEAD blobs/LAYER', 'ecr:BatchCheckLayerAvailability'],
  ['GET blobs/LAYER', 'ecr:GetDownloadUrlForLayer'],
  ['POST blobs/uploads/', 'ecr:InitiateLayerUpload'],
  ['PATCH blobs/uploads/none', 'ecr:UploadLayerPart'],
  ['PUT blobs/uploads/none', 'ecr:CompleteLayerUpload'],
] as const;

test.each(requests)('%s takes %s on the repository', async (request, action) => {
  const { status, text } = await ask('redeploy/bank', request);
  expect(status).toBe(403);
  // Docker is told why in the body, which an answer to HEAD has not.
  if (!request.startsWith('HEAD')) expect(text).toContain(`not authorized to perform: ${action} on resource: `);
});

test('who deploys may push and look what is there, and not pull; without ecr:BatchGetImage not look', async () => {
  for (const [request, action] of requests) {
    const isPull = action === 'ecr:GetDownloadUrlForLayer';
    expect((await ask('redeploy/shop', request)).status === 403, request).toBe(isPull);
  }
  const content = await readPolicy('deployer-content', [
    { app: 'shop', environment: 'production', region: 'us-east-1' },
  ]);
  const without = JSON.parse(JSON.stringify(content).replace('"ecr:BatchGetImage",', '')) as object;
  putPolicy(registry.sandbox, 'deployer-content', without);
  expect(await ask('redeploy/shop', 'HEAD manifests/v1')).toEqual({ status: 403, text: '' });
});
