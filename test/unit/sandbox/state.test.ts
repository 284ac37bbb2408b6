import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateRepositoryCommand, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AwsError } from '../../../sandbox/api/error.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';

let stateDir = '';
beforeEach(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), 'sandbox-state-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const stateFile = () => path.join(stateDir, 'state.json');

test('the world survives a restart, and ids go on where they were', async () => {
  const first = await startSandbox({ stateDir });
  await clients(first).ecr.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
  await clients(first).secretsManager.send(new CreateSecretCommand({ Name: 's', SecretString: 'value' }));
  const before = first.engine.id('i');
  expect(before).toMatch(/^i-0[0-9a-f]{16}$/);
  await first.close();
  expect((await stat(stateFile())).mode & 0o777).toBe(0o600);
  const second = await startSandbox({ stateDir });
  const { repositories } = await clients(second).ecr.send(new DescribeRepositoriesCommand({}));
  expect(repositories?.map(({ repositoryName }) => repositoryName)).toEqual(['app']);
  const read = new GetSecretValueCommand({ SecretId: 's' });
  expect((await clients(second).secretsManager.send(read)).SecretString).toBe('value');
  expect(second.engine.id('i')).not.toBe(before);
  await second.close();
});

test('changes reach the disk while the sandbox runs', async () => {
  const sandbox = await startSandbox({ stateDir });
  await clients(sandbox).ecr.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
  await expect.poll(() => readFile(stateFile(), 'utf8').catch(() => ''), { timeout: 5000 }).toContain('"app"');
  await sandbox.close();
});

test('a state of another format, of another region or torn is refused with its file named', async () => {
  await (await startSandbox({ stateDir })).close();
  const text = '{"format":99}';
  await writeFile(stateFile(), text);
  await expect(startSandbox({ stateDir })).rejects.toThrow(/state\.json: state format 99, expected 1/);
  await writeFile(stateFile(), '{"format":1,"region":"eu-west-1"}');
  await expect(startSandbox({ stateDir })).rejects.toThrow(/of region eu-west-1, not us-east-1/);
  await writeFile(stateFile(), '{"form');
  await expect(startSandbox({ stateDir })).rejects.toThrow(/state\.json: cannot be read/);
});

test('a file from before a service existed gets that service empty', async () => {
  await writeFile(stateFile(), '{"format":1,"account":"123456789012","region":"us-east-1","serial":5}');
  const sandbox = await startSandbox({ stateDir });
  await clients(sandbox).ecr.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
  expect(sandbox.engine.serial()).toBeGreaterThan(5);
  await sandbox.close();
});

test('a hook sees every call and can refuse it, or carry it out and lose the answer', async () => {
  const faults: (() => void | 'lose-answer')[] = [];
  const seen: string[] = [];
  const sandbox = await startSandbox({
    before: async ({ service, operation, input }) => {
      seen.push(`${service} ${operation} ${JSON.stringify(input)}`);
      return faults.shift()?.();
    },
  });
  const once = clients(sandbox);
  const retrying = clients(sandbox, { maxAttempts: 3 });
  const throttle = () => {
    throw new AwsError('Throttling', 'Rate exceeded');
  };
  faults.push(throttle);
  await expect(once.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'Throttling' });
  faults.push(throttle);
  await retrying.sts.send(new GetCallerIdentityCommand({}));
  faults.push(() => 'lose-answer');
  const create = new CreateRepositoryCommand({ repositoryName: 'app' });
  await expect(once.ecr.send(create)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(once.ecr.send(create)).rejects.toMatchObject({ name: 'RepositoryAlreadyExistsException' });
  expect(seen.at(-1)).toBe('ecr CreateRepository {"repositoryName":"app"}');
  expect(seen).toHaveLength(5);
});
