import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  paginateListSecrets,
  PutSecretValueCommand,
  RestoreSecretCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { stillClock } from '../../support/still-clock.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';

const token = (letter: string) => letter.repeat(32);

async function start() {
  const clock = stillClock();
  const { secretsManager: client } = clients(await startSandbox({ clock }));
  const put = (letter: string, SecretString: string, VersionStages?: string[]) =>
    client.send(
      new PutSecretValueCommand({ SecretId: 's', ClientRequestToken: token(letter), SecretString, VersionStages }),
    );
  const value = async (wanted: { VersionId?: string; VersionStage?: string } = {}) =>
    (await client.send(new GetSecretValueCommand({ SecretId: 's', ...wanted }))).SecretString;
  return { clock, client, put, value };
}

test('versions follow one another, labels move with them, old ones stay readable by id', async () => {
  const { client, put, value } = await start();
  const { ARN } = await client.send(new CreateSecretCommand({ Name: 's', Description: 'd' }));
  expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:123456789012:secret:s-[A-Za-z0-9]{6}$/);
  await expect(value()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await put('a', 'one', ['keep-a']);
  await put('b', 'two');
  await put('c', 'three');
  expect([await value(), await value({ VersionStage: 'AWSPREVIOUS' })]).toEqual(['three', 'two']);
  expect([await value({ VersionId: token('a') }), await value({ VersionStage: 'keep-a' })]).toEqual(['one', 'one']);
  await expect(value({ VersionId: token('a'), VersionStage: 'AWSCURRENT' })).rejects.toMatchObject({
    name: 'InvalidRequestException',
  });
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: ARN }));
  expect(VersionIdsToStages).toEqual({
    [token('a')]: ['keep-a'],
    [token('b')]: ['AWSPREVIOUS'],
    [token('c')]: ['AWSCURRENT'],
  });
});

test('the same token with the same value is a no-op, with another value it is refused', async () => {
  const { client, put, value } = await start();
  const create = { Name: 's', ClientRequestToken: token('a'), SecretString: 'one' };
  await client.send(new CreateSecretCommand(create));
  expect(await client.send(new CreateSecretCommand(create))).toMatchObject({ VersionId: token('a') });
  await put('b', 'two');
  expect(await put('a', 'one')).toMatchObject({ VersionId: token('a'), VersionStages: ['AWSPREVIOUS'] });
  expect(await value()).toBe('two');
  await expect(put('a', 'other')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  await expect(client.send(new CreateSecretCommand({ ...create, SecretString: 'x' }))).rejects.toMatchObject({
    name: 'ResourceExistsException',
  });
  const update = { SecretId: 's', ClientRequestToken: token('b'), SecretString: 'two' };
  await expect(client.send(new UpdateSecretCommand(update))).rejects.toMatchObject({ name: 'ResourceExistsException' });
});

test('a label that sits elsewhere moves only when its holder is named', async () => {
  const { client, put, value } = await start();
  await client.send(new CreateSecretCommand({ Name: 's', ClientRequestToken: token('a'), SecretString: 'one' }));
  await put('b', 'two');
  const move = { SecretId: 's', VersionStage: 'AWSCURRENT', MoveToVersionId: token('a') };
  await expect(client.send(new UpdateSecretVersionStageCommand(move))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
  await client.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: token('b') }));
  expect([await value(), await value({ VersionStage: 'AWSPREVIOUS' })]).toEqual(['one', 'two']);
  const removeLast = { SecretId: 's', VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: token('b') };
  await client.send(new UpdateSecretVersionStageCommand(removeLast));
  const listed = async (IncludeDeprecated: boolean) =>
    (await client.send(new ListSecretVersionIdsCommand({ SecretId: 's', IncludeDeprecated }))).Versions ?? [];
  expect((await listed(false)).map(({ VersionId }) => VersionId)).toEqual([token('a')]);
  const stages = (await listed(true)).map(({ VersionId, VersionStages }) => [VersionId, VersionStages]);
  expect(stages).toEqual([
    [token('a'), ['AWSCURRENT']],
    [token('b'), undefined],
  ]);
});

test('limits: 65536 bytes a value, twenty labels over all versions', async () => {
  const { client, put } = await start();
  await client.send(new CreateSecretCommand({ Name: 's', ClientRequestToken: token('0'), SecretString: 'x' }));
  await put('1', 'ü'.repeat(32_768));
  await expect(put('2', `${'ü'.repeat(32_768)}x`)).rejects.toMatchObject({ name: 'ValidationException' });
  const labels = Array.from({ length: 18 }, (_, index) => `label-${index}`);
  await put('3', 'y', labels);
  await expect(put('4', 'z', ['one-more'])).rejects.toMatchObject({ name: 'LimitExceededException' });
});

test('a deleted secret can be restored within its window, and its name is free afterwards', async () => {
  const { clock, client, value } = await start();
  const create = new CreateSecretCommand({ Name: 's', SecretString: 'one' });
  await client.send(create);
  const remove = () => client.send(new DeleteSecretCommand({ SecretId: 's', RecoveryWindowInDays: 7 }));
  await remove();
  await expect(value()).rejects.toMatchObject({ name: 'InvalidRequestException' });
  await expect(client.send(create)).rejects.toMatchObject({ name: 'InvalidRequestException' });
  expect((await client.send(new DescribeSecretCommand({ SecretId: 's' }))).DeletedDate).toEqual(new Date(clock.now()));
  await client.send(new RestoreSecretCommand({ SecretId: 's' }));
  expect(await value()).toBe('one');
  await remove();
  clock.skip(8 * 24 * 3600 * 1000);
  await expect(client.send(new DescribeSecretCommand({ SecretId: 's' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await client.send(create);
  const force = new DeleteSecretCommand({ SecretId: 's', ForceDeleteWithoutRecovery: true });
  await client.send(force);
  await client.send(force);
});

test('secrets are listed in pages, by name and by tag', async () => {
  const { client } = await start();
  for (const Name of ['app/a', 'app/b', 'app/c', 'other']) {
    await client.send(new CreateSecretCommand({ Name, Tags: [{ Key: 'redeploy:app', Value: Name }] }));
  }
  const names: string[] = [];
  const Filters = [
    { Key: 'name' as const, Values: ['app/'] },
    { Key: 'tag-key' as const, Values: ['redeploy:app'] },
  ];
  for await (const { SecretList } of paginateListSecrets({ client, pageSize: 2 }, { Filters })) {
    names.push((SecretList ?? []).map(({ Name }) => Name).join(' '));
  }
  expect(names).toEqual(['app/a app/b', 'app/c']);
});
