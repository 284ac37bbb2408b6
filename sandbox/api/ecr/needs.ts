import type * as client from '@aws-sdk/client-ecr';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, need, needTags, tagsIn, type Needs, type Resource } from '../authorize/need.ts';

/** A repository by its name, there or not: IAM is asked before ECR looks. */
export function repositoryResource(engine: Engine, name: string): Resource {
  const { repositories } = engine.state.ecr;
  const found = Object.hasOwn(repositories, name) ? repositories[name] : undefined;
  return { arn: arnOf(engine, 'ecr', `repository/${name}`), ...(found && { tags: found.tags }) };
}

const on = (operation: string) => (input: { repositoryName?: string | undefined }, engine: Engine) => [
  need(`ecr:${operation}`, repositoryResource(engine, input.repositoryName ?? '*')),
];

const byArn = (operation: string) => (input: { resourceArn?: string | undefined }, engine: Engine) => [
  need(`ecr:${operation}`, repositoryResource(engine, input.resourceArn?.split(':repository/')[1] ?? '*')),
];

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html */
export const ecrNeeds: Needs<typeof client> = {
  CreateRepository: (input, engine) => {
    const made = { ...repositoryResource(engine, input.repositoryName), requestTags: tagsIn(input.tags) };
    return [need('ecr:CreateRepository', made), ...needTags('ecr:TagResource', made)];
  },
  DescribeRepositories: ({ repositoryNames = ['*'] }, engine) => [
    need('ecr:DescribeRepositories', ...repositoryNames.map((name) => repositoryResource(engine, name))),
  ],
  DeleteRepository: on('DeleteRepository'),
  PutImageScanningConfiguration: on('PutImageScanningConfiguration'),
  PutImageTagMutability: on('PutImageTagMutability'),
  PutLifecyclePolicy: on('PutLifecyclePolicy'),
  GetLifecyclePolicy: on('GetLifecyclePolicy'),
  SetRepositoryPolicy: on('SetRepositoryPolicy'),
  GetRepositoryPolicy: on('GetRepositoryPolicy'),
  DescribeImages: on('DescribeImages'),
  ListImages: on('ListImages'),
  BatchGetImage: on('BatchGetImage'),
  BatchDeleteImage: on('BatchDeleteImage'),
  TagResource: (input, engine) =>
    byArn('TagResource')(input, engine).map(({ action, on: [found] }) =>
      need(action, found && { ...found, requestTags: tagsIn(input.tags) }),
    ),
  ListTagsForResource: byArn('ListTagsForResource'),
};
