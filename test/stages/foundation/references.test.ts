import { CreateSecretCommand, DeleteSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTarget } from '../../../pipeline/core/read-target.ts';
import { realClock } from '../../../pipeline/edge/clock.ts';
import { shell } from '../../../pipeline/edge/shell.ts';
import { readPayload } from '../../../pipeline/stages/payload.ts';
import { deployerTargets, makeDeployer } from '../../support/deployer.ts';
import { failureOf } from '../../support/failure.ts';
import { startStory, type Story } from '../../support/story.ts';

const planted = 'pl4nted';

let story: Story;
beforeEach(async () => {
  story = await startStory();
  const { secretsManager, ssm } = story.account;
  const mail = JSON.stringify({ url: `smtp://u:${planted}"$\n@mail`, port: 587, tls: true, list: [] });
  await secretsManager.send(new CreateSecretCommand({ Name: 'shop/mail', SecretString: mail }));
  await secretsManager.send(new CreateSecretCommand({ Name: 'shop/bytes', SecretBinary: Buffer.from([1, 2]) }));
  await secretsManager.send(new CreateSecretCommand({ Name: 'shop/empty' }));
  await secretsManager.send(new CreateSecretCommand({ Name: 'shop/gone', SecretString: 'x' }));
  await secretsManager.send(new DeleteSecretCommand({ SecretId: 'shop/gone' }));
  await ssm.send(new PutParameterCommand({ Name: '/shop/key', Value: `${planted} key`, Type: 'SecureString' }));
});
afterEach(() => story[Symbol.asyncDispose]());

async function configure(secrets: Record<string, unknown>): Promise<void> {
  const file = path.join(story.app, 'redeploy.json');
  const written = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...written, environments: { production: { secrets } } }));
  // As whoever keeps the account does when `redeploy iam` says something new.
  await makeDeployer(story.sandbox, await deployerTargets(story.app));
}

const withPrograms = () => ({ ...story.ctx, sh: shell, clock: realClock });

async function program(name: string, script: string): Promise<void> {
  await writeFile(path.join(story.app, name), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(story.app, name), 0o755);
}

test('variables and places in the settings get what they refer to, character for character', async () => {
  await program('vault', `printf '%s\\n\\n' "$# $1 $2"`);
  await configure({
    MAIL_URL: 'secretsmanager:shop/mail#url',
    MAIL_PORT: 'secretsmanager:shop/mail#port',
    MAIL: 'secretsmanager:shop/mail',
    KEY: 'ssm:/shop/key',
    TOKEN: { command: ['./vault', 'two words', '$(id) > x'] },
    '/private/stripe/key': 'ssm:/shop/key',
    '/a~1b': 'secretsmanager:shop/mail#tls',
  });
  await story.settings({ private: { stripe: { key: '', mode: 'live' } } });
  const { env, settings } = await readPayload(withPrograms(), await story.target());
  expect(env.reveal()).toEqual({
    ROOT_URL: 'http://shop.test',
    MAIL_URL: `smtp://u:${planted}"$\n@mail`,
    MAIL_PORT: '587',
    MAIL: JSON.stringify({ url: `smtp://u:${planted}"$\n@mail`, port: 587, tls: true, list: [] }),
    KEY: `${planted} key`,
    // No shell, and one line end less, as `$(…)` would give it but for the second.
    TOKEN: '2 two words $(id) > x\n',
  });
  expect(settings?.reveal()).toEqual({ private: { stripe: { key: `${planted} key`, mode: 'live' } }, 'a/b': 'true' });
});

test('a text that only looks like a reference is a text', async () => {
  await writeFile(path.join(story.app, 'settings/production.env'), 'A=ssm:/shop/key\nB=secretsmanager:shop/mail\n');
  await story.settings({ a: 'ssm:/shop/key' });
  const { env, settings } = await readPayload(story.ctx, await story.target());
  expect(env.reveal()).toEqual({ A: 'ssm:/shop/key', B: 'secretsmanager:shop/mail' });
  expect(settings?.reveal()).toEqual({ a: 'ssm:/shop/key' });
});

test('every reference that leads nowhere is named with its remedy, all together', async () => {
  await program('fails', `echo ${planted}; exit 3`);
  await configure({
    A: 'secretsmanager:shop/none',
    B: 'secretsmanager:shop/mail#nothing',
    C: 'secretsmanager:shop/mail#list',
    D: 'secretsmanager:shop/bytes',
    E: 'secretsmanager:shop/gone',
    F: 'secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/mail-AbCdEf',
    G: 'ssm:/shop/none',
    H: { command: ['./fails', 'now'] },
    I: { command: ['no-such-vault'] },
    J: 'secretsmanager:shop/empty',
  });
  const { code, message } = await failureOf(readPayload(withPrograms(), await story.target()));
  expect(code).toBe('settings');
  expect(message.split('\n')).toEqual([
    '10 mistakes in settings and env of production',
    '  secrets.A (secretsmanager:shop/none): there is none in us-east-1; create it, or correct the name',
    expect.stringMatching(/secrets\.B .*no JSON object with a text under "nothing"; see it with `aws secretsmanager/),
    expect.stringMatching(/secrets\.C .*no JSON object with a text under "list"/),
    '  secrets.D (secretsmanager:shop/bytes): the secret holds bytes, no text',
    '  secrets.E (secretsmanager:shop/gone): it is scheduled for deletion; restore it, or name another',
    expect.stringMatching(/secrets\.F .*it is in eu-west-1, and this environment in us-east-1; replicate it there/),
    '  secrets.G (ssm:/shop/none): there is none in us-east-1; create it, or correct the name',
    `  secrets.H (command ./fails now): it ended with exit code 3; run it in ${story.app} to see why`,
    '  secrets.I (command no-such-vault): there is no command "no-such-vault" here; install it, or name it by its path',
    '  secrets.J (secretsmanager:shop/empty): there is none in us-east-1; create it, or correct the name',
  ]);
  expect(message).not.toContain(planted);
});

test('a command that does not end is given up', async () => {
  await configure({ A: { command: ['op', 'read', 'x'] } });
  const sh: typeof shell = (_, __, { signal }) =>
    new Promise((resolve) => {
      signal?.addEventListener('abort', () => resolve({ exitCode: 143, stdout: planted, isMissing: false }));
    });
  const target = await story.target();
  const { message } = await failureOf(story.clock.run(readPayload({ ...story.ctx, sh }, target)));
  expect(message).toContain('secrets.A (command op read x): it did not end within 60 s; run it in');
});

test('what stands in a file, too, and a place that cannot be, are mistakes before anything is asked', async () => {
  await configure({ ROOT_URL: 'ssm:/none', '/public/greeting': 'ssm:/none', '/public/greeting/x': 'ssm:/none' });
  const sh = () => Promise.reject(new Error('asked'));
  const { message } = await failureOf(readPayload({ ...story.ctx, sh }, await story.target()));
  expect(message.split('\n').slice(1)).toEqual([
    '  secrets.ROOT_URL has a value in the env file, too; keep one of them',
    '  secrets./public/greeting has a value in the settings file, too; keep one of them',
    '  secrets./public/greeting/x leads through greeting, which is no object in the settings file',
  ]);
});

test('values that are too large together, or cannot work, are refused when they are known', async () => {
  const { ssm } = story.account;
  await ssm.send(
    new PutParameterCommand({ Name: '/shop/db', Value: `mongodb://u:${planted}@localhost`, Type: 'String' }),
  );
  await configure({ MONGO_URL: 'ssm:/shop/db' });
  await story.settings({ big: 'x'.repeat(65_450) });
  const { message } = await failureOf(readPayload(story.ctx, await story.target()));
  expect(message).toMatch(/MONGO_URL names localhost[^]*they are 65\d{3} bytes together/);
  expect(message).not.toContain(planted);
});

test.each([
  [{ A: 'sm:shop' }, /secrets\.A: a reference looks like secretsmanager:shop\/mail,.* or ssm:\/shop\/mail-url$/],
  [{ A: 'op read op://x' }, /secrets\.A: a reference looks like secretsmanager/],
  [{ A: 7 }, /secrets\.A: use secretsmanager:<name or ARN>\[#key\], ssm:<name>, or \{"command"/],
  [{ A: { command: [] } }, /secrets\.A/],
  [{ A: { command: 'op read' } }, /secrets\.A/],
  [{ 'A B': 'ssm:/x' }, /secrets\.A B/],
  [{ '/a/__proto__/b': 'ssm:/x' }, /secrets\.\/a\/__proto__\/b/],
])('%j is no reference', async (secrets, said) => {
  await configure(secrets);
  const { code, message } = await failureOf(readTarget(story.app));
  expect(code).toBe('settings');
  expect(message).toMatch(said);
});

test('a deploy asks once, pins what it got, and a rollback asks nobody', async () => {
  await configure({ KEY: 'ssm:/shop/key' });
  const first = await story.deploy();
  const { ssm } = story.account;
  await ssm.send(
    new PutParameterCommand({ Name: '/shop/key', Value: 'rotated', Type: 'SecureString', Overwrite: true }),
  );
  const second = await story.deploy();
  expect(second).toMatchObject({ release: 'v2', ami: first.ami });
  await ssm.send(new PutParameterCommand({ Name: '/shop/key', Value: 'again', Type: 'SecureString', Overwrite: true }));
  const back = await story.rollback();
  expect(back).toMatchObject({ release: 'v1', settingsVersion: first.settingsVersion });
  const textOf = async (VersionId: string) => {
    const ask = { SecretId: 'redeploy/shop/production', VersionId };
    return (await story.account.secretsManager.send(new GetSecretValueCommand(ask))).SecretString;
  };
  expect(await textOf(first.settingsVersion)).toContain(`"KEY":"${planted} key"`);
  expect(await textOf(second.settingsVersion)).toContain('"KEY":"rotated"');
});
