import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { deploy } from '../../pipeline/commands/deploy.ts';
import { messageOf } from '../../pipeline/core/errors.ts';
import type { Context } from '../../pipeline/core/context.ts';
import { startStory } from '../support/story.ts';

// Values come from everywhere that they can come from; nothing that is written anywhere may hold one, in any dress.

const planted = {
  settings: 'pl4nted-settings "with" ü & =',
  env: 'pl4nted-env\\with/slash+plus',
  json: `pl4nted-json'"\``,
  secret: 'pl4nted-from-secretsmanager-7f',
  parameter: 'pl4nted-from-ssm-b2',
  command: 'pl4nted-from-command-9c',
};

/** Itself, in JSON, in JSON's JSON, in an address, and in base64, which depends on where in a triple of bytes it begins. */
function disguisesOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const encoded = [0, 1, 2].map((offset) =>
    Buffer.from('x'.repeat(offset) + value)
      .toString('base64')
      .slice(4, -4),
  );
  return [value, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(value), ...encoded];
}

const findIn = (text: string): string[] =>
  Object.entries(planted).flatMap(([name, value]) =>
    disguisesOf(value).some((one) => text.includes(one)) ? [name] : [],
  );

/** Every file below, but those that the user wrote. */
async function readFiles(directory: string, skip: RegExp): Promise<string> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name));
  const texts = await Promise.all(files.filter((file) => !skip.test(file)).map((file) => readFile(file, 'latin1')));
  return texts.join('\n');
}

test('no value of settings, variables or references is written anywhere, over deploys, a failing one, and a rollback', async () => {
  const secrets = {
    FROM_SECRET: 'secretsmanager:shop/planted',
    '/private/parameter': 'ssm:/shop/planted',
    FROM_COMMAND: { command: ['op', 'read', 'op://planted'] },
  };
  await using story = await startStory({ environments: { production: { secrets } } });
  const { secretsManager, ssm } = story.account;
  await secretsManager.send(new CreateSecretCommand({ Name: 'shop/planted', SecretString: planted.secret }));
  const parameter = { Name: '/shop/planted', Value: planted.parameter, Type: 'SecureString' as const };
  await ssm.send(new PutParameterCommand(parameter));
  await story.settings({ public: {}, private: { key: planted.settings } });
  await writeFile(path.join(story.app, 'settings/production.env'), `ROOT_URL=http://shop.test\nKEY='${planted.env}'\n`);
  await writeFile(path.join(story.app, 'settings/production.env.json'), JSON.stringify({ JSON_KEY: planted.json }));

  const contexts: string[] = [];
  const build = story.docker.docker.buildImage.bind(story.docker.docker);
  story.docker.docker.buildImage = (async (stream: NodeJS.ReadableStream, options: object) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    contexts.push(Buffer.concat(chunks).toString('latin1'), JSON.stringify(options));
    return build((async function* () {})() as never, options as never);
  }) as unknown as typeof build;
  const asked: string[] = [];
  const sh: Context['sh'] = async (file, args, options) => {
    asked.push(JSON.stringify([file, args, options]));
    return { exitCode: 0, stdout: planted.command, isMissing: false };
  };
  const errors: string[] = [];
  const run = async () => {
    const target = await story.target();
    const how = { wait: true, bundle: path.join(story.app, 'bundle') };
    await story.clock.run(deploy({ ...story.ctx, sh }, target, how)).catch((error: unknown) => {
      errors.push(messageOf(error), JSON.stringify(error), String((error as Error).stack));
    });
  };
  await run();
  await story.edit('second\n');
  await run();
  story.played.apps.set('v3', { exitsWith: 'Error: no luck' });
  await story.edit('third\n');
  await run();
  expect(errors[0]).toMatch(/^v3 is bad/);
  await story.rollback();

  const { secrets: held, ...world } = story.sandbox.engine.state;
  // It looks where something would be: the secret has all of them, as JSON.
  expect(findIn(JSON.stringify(held))).toEqual(['env', 'json', 'secret', 'parameter', 'command']);
  expect(JSON.stringify(held)).toContain('pl4nted-settings');
  const { ssm: _, ...rest } = world as Record<string, unknown>;
  const written: [place: string, text: string][] = [
    ['the account', JSON.stringify(rest)],
    [
      'user data',
      JSON.stringify(rest).replace(/"[A-Za-z0-9+/=]{40,}"/g, (text) => Buffer.from(text, 'base64').toString()),
    ],
    ['events', JSON.stringify(story.events)],
    ['errors', errors.join('\n')],
    ['what programs were called with', asked.join('\n')],
    ['the context of the build', contexts.join('\n')],
    ['files of the app and the cache', await readFiles(story.app, /settings\/production\.|environment\.json$/)],
  ];
  for (const [place, text] of written) expect([place, findIn(text)]).toEqual([place, []]);
}, 300_000);
