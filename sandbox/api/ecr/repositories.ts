import type * as client from '@aws-sdk/client-ecr';
import type { EcrRepository } from '../../engine/ecr/state.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { checkRepositoryName, findRepository, invalid, mergeTags } from './find.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

function readMutability(value: string | undefined): EcrRepository['tagMutability'] {
  if (value === undefined || value === 'MUTABLE') return 'MUTABLE';
  if (value === 'IMMUTABLE') return value;
  throw invalid(
    `Invalid parameter at 'imageTagMutability' failed to satisfy constraint: 'Member must be IMMUTABLE or MUTABLE'`,
  );
}

const view = (account: string, repository: EcrRepository): client.Repository => ({
  repositoryArn: repository.arn,
  registryId: account,
  repositoryName: repository.name,
  repositoryUri: repository.uri,
  createdAt: new Date(repository.createdAt),
  imageTagMutability: repository.tagMutability,
  imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
  encryptionConfiguration: { encryptionType: 'AES256' },
});

export const createRepository: For<'CreateRepository'> = (input, { engine }) => {
  const { repositoryName: name } = input;
  checkRepositoryName(name);
  const { account, region, ecr } = engine.state;
  if (Object.hasOwn(ecr.repositories, name)) {
    const message = `The repository with name '${name}' already exists in the registry with id '${account}'`;
    throw new AwsError('RepositoryAlreadyExistsException', message);
  }
  const repository: EcrRepository = {
    name,
    arn: `arn:aws:ecr:${region}:${account}:repository/${name}`,
    uri: `${engine.authority}/${name}`,
    createdAt: engine.clock.now(),
    tagMutability: readMutability(input.imageTagMutability),
    scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
    tags: mergeTags({}, input.tags),
    images: {},
  };
  ecr.repositories[name] = repository;
  return { repository: view(account, repository) };
};

export const describeRepositories: For<'DescribeRepositories'> = (input, { engine }) => {
  const { account, ecr } = engine.state;
  const names = input.repositoryNames;
  const repositories = names ? names.map((name) => findRepository(engine, name)) : Object.values(ecr.repositories);
  const found = page(repositories, {
    keyOf: ({ name }) => name,
    limit: input.maxResults ?? 100,
    token: input.nextToken,
    invalidTokenCode: 'InvalidParameterException',
  });
  return { repositories: found.items.map((repository) => view(account, repository)), nextToken: found.next };
};

/** Refused while there are images, unless forced (API reference, DeleteRepository). */
export const deleteRepository: For<'DeleteRepository'> = ({ repositoryName, force = false }, { engine }) => {
  const { account, ecr } = engine.state;
  const repository = findRepository(engine, repositoryName);
  if (!force && Object.keys(repository.images).length > 0) {
    const where = `in registry with id '${account}' cannot be deleted because it still contains images`;
    throw new AwsError('RepositoryNotEmptyException', `The repository with name '${repositoryName}' ${where}`);
  }
  delete ecr.repositories[repositoryName];
  return { repository: view(account, repository) };
};

export const putImageScanningConfiguration: For<'PutImageScanningConfiguration'> = (input, { engine }) => {
  const { repositoryName, imageScanningConfiguration } = input;
  const repository = findRepository(engine, repositoryName);
  repository.scanOnPush = imageScanningConfiguration.scanOnPush ?? false;
  const registryId = engine.state.account;
  return { registryId, repositoryName, imageScanningConfiguration: { scanOnPush: repository.scanOnPush } };
};

export const putImageTagMutability: For<'PutImageTagMutability'> = (input, { engine }) => {
  const { repositoryName, imageTagMutability } = input;
  const repository = findRepository(engine, repositoryName);
  repository.tagMutability = readMutability(imageTagMutability);
  return { registryId: engine.state.account, repositoryName, imageTagMutability: repository.tagMutability };
};
