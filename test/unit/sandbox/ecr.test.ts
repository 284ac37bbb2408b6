import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  ListImagesCommand,
  PutLifecyclePolicyCommand,
} from '@aws-sdk/client-ecr';
import { expect, test } from 'vitest';
import { holderOfPassword } from '../../../sandbox/engine/ecr/passwords.ts';
import { stillClock } from '../../support/still-clock.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';
import { onPurpose } from '../../support/witness.ts';

async function start() {
  const clock = stillClock();
  const sandbox = await startSandbox({ clock });
  const { ecr } = clients(sandbox);
  return { clock, ecr, ...sandbox };
}

/** As the registry does after a push. */
async function push({ engine }: Pick<Awaited<ReturnType<typeof start>>, 'engine'>, letter: string, tags: string[]) {
  const digest = `sha256:${letter.repeat(64)}`;
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const images = engine.state.ecr.repositories.app?.images ?? {};
  images[digest] = { digest, mediaType, manifest: `{"${letter}":1}`, bytes: 7, pushedAt: engine.clock.now(), tags };
  return digest;
}

test('a repository is made once, with its address on the sandbox, and goes only when empty or forced', async () => {
  const world = await start();
  const { ecr } = world;
  const create = new CreateRepositoryCommand({ repositoryName: 'app', imageTagMutability: 'IMMUTABLE' });
  const { repository } = await ecr.send(create);
  expect(repository).toMatchObject({ repositoryUri: '127.0.0.1:4780/app', imageTagMutability: 'IMMUTABLE' });
  await expect(ecr.send(create)).rejects.toMatchObject({ name: 'RepositoryAlreadyExistsException' });
  await expect(ecr.send(new CreateRepositoryCommand({ repositoryName: 'App' }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
  const policy = new GetLifecyclePolicyCommand({ repositoryName: 'app' });
  await expect(ecr.send(policy)).rejects.toMatchObject({ name: 'LifecyclePolicyNotFoundException' });
  const put = (rule: object) => {
    const lifecyclePolicyText = JSON.stringify({ rules: [{ rulePriority: 1, action: { type: 'expire' }, ...rule }] });
    return ecr.send(new PutLifecyclePolicyCommand({ repositoryName: 'app', lifecyclePolicyText }));
  };
  await expect(onPurpose(() => put({ selection: {} }))).rejects.toMatchObject({ name: 'InvalidParameterException' });
  const selection = { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 10 };
  const { lifecyclePolicyText } = await put({ selection });
  expect(await ecr.send(policy)).toMatchObject({ lifecyclePolicyText });
  await push(world, 'a', []);
  const remove = { repositoryName: 'app' };
  await expect(ecr.send(new DeleteRepositoryCommand(remove))).rejects.toMatchObject({
    name: 'RepositoryNotEmptyException',
  });
  await ecr.send(new DeleteRepositoryCommand({ ...remove, force: true }));
  await expect(ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['app'] }))).rejects.toMatchObject({
    name: 'RepositoryNotFoundException',
  });
});

test('images are found by tag and digest, and a lost tag is not the loss of the image', async () => {
  const world = await start();
  const { ecr } = world;
  const repositoryName = 'app';
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  const a = await push(world, 'a', ['one', 'two']);
  const b = await push(world, 'b', []);
  const described = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'two' }] }));
  expect(described.imageDetails).toMatchObject([{ imageDigest: a, imageTags: ['one', 'two'], imageSizeInBytes: 7 }]);
  const untagged = await ecr.send(new ListImagesCommand({ repositoryName, filter: { tagStatus: 'UNTAGGED' } }));
  expect(untagged.imageIds).toEqual([{ imageDigest: b }]);
  const none = new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'none' }] });
  await expect(ecr.send(none)).rejects.toMatchObject({ name: 'ImageNotFoundException' });
  const got = await ecr.send(
    new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: 'one' }, { imageTag: 'x' }] }),
  );
  expect(got.images).toMatchObject([{ imageManifest: '{"a":1}', imageId: { imageDigest: a, imageTag: 'one' } }]);
  expect(got.failures).toMatchObject([{ failureCode: 'ImageNotFound', imageId: { imageTag: 'x' } }]);
  const remove = (imageTag: string) =>
    ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag }] }));
  await remove('one');
  const digests = async () =>
    (await ecr.send(new ListImagesCommand({ repositoryName }))).imageIds?.map((id) => id.imageDigest);
  expect(await digests()).toEqual([a, b]);
  await remove('two');
  expect(await digests()).toEqual([b]);
});

test('a registry password is good for twelve hours', async () => {
  const { clock, ecr, engine } = await start();
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const [data] = authorizationData ?? [];
  expect(data?.proxyEndpoint).toBe('http://127.0.0.1:4780');
  const [user, password = ''] = Buffer.from(data?.authorizationToken ?? '', 'base64')
    .toString()
    .split(':');
  expect(user).toBe('AWS');
  expect([holderOfPassword(engine, password), holderOfPassword(engine, 'x')]).toEqual([{ kind: 'account' }, undefined]);
  clock.skip(12 * 3600 * 1000);
  expect(holderOfPassword(engine, password)).toBeUndefined();
});
