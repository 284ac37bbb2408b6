import type * as client from '@aws-sdk/client-ecr';
import { issueRegistryPassword } from '../engine/ecr/passwords.ts';
import * as images from './ecr/images.ts';
import * as policies from './ecr/policies.ts';
import * as repositories from './ecr/repositories.ts';
import type { HandlerFor, Operations, Service } from './service.ts';
import { ecrNeeds } from './ecr/needs.ts';

const getAuthorizationToken: HandlerFor<typeof client, 'GetAuthorizationToken'> = (_input, { engine, caller }) => {
  const { password, expiresAt } = issueRegistryPassword(engine, caller.principal);
  const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64');
  const proxyEndpoint = `http://${engine.authority}`;
  return { authorizationData: [{ authorizationToken, expiresAt: new Date(expiresAt), proxyEndpoint }] };
};

const operations: Operations<typeof client> = {
  GetAuthorizationToken: getAuthorizationToken,
  CreateRepository: repositories.createRepository,
  DescribeRepositories: repositories.describeRepositories,
  DeleteRepository: repositories.deleteRepository,
  PutImageScanningConfiguration: repositories.putImageScanningConfiguration,
  PutImageTagMutability: repositories.putImageTagMutability,
  PutLifecyclePolicy: policies.putLifecyclePolicy,
  GetLifecyclePolicy: policies.getLifecyclePolicy,
  SetRepositoryPolicy: policies.setRepositoryPolicy,
  GetRepositoryPolicy: policies.getRepositoryPolicy,
  TagResource: policies.tagResource,
  ListTagsForResource: policies.listTagsForResource,
  DescribeImages: images.describeImages,
  ListImages: images.listImages,
  BatchGetImage: images.batchGetImage,
  BatchDeleteImage: images.batchDeleteImage,
};

/** Elastic Container Registry: everything but the images' bytes, which go through the registry itself. */
export const ecr: Service = {
  signingName: 'ecr',
  protocol: 'json',
  load: () => import('@aws-sdk/client-ecr'),
  operations,
  needs: ecrNeeds,
};
