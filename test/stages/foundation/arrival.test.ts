import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Target } from '../../../pipeline/core/target.ts';
import { documentOf } from '../../../pipeline/core/payload.ts';
import { ensureSecret, ensureSettingsVersion } from '../../../pipeline/stages/foundation/secret.ts';
import { readPayload } from '../../../pipeline/stages/payload.ts';
import { expected, pairs, sizeOf, writePair, type Pair } from '../../support/arrival.ts';
import { startStory, type Story } from '../../support/story.ts';

const environment = path.resolve(import.meta.dirname, '../../../templates/runtime/environment.mjs');

/** What start.mjs does with a file, again and again in one process that has real variables. */
const script = `
import { createInterface } from 'node:readline';
import { applyEnvironment, readEnvironment } from ${JSON.stringify(environment)};
for await (const file of createInterface({ input: process.stdin })) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  applyEnvironment(readEnvironment(file), process.env);
  process.stdout.write(JSON.stringify(process.env) + '\\n');
}`;

interface Way {
  story: Story;
  target: Target;
  secretArn: string;
}

/** From the user's files to Secrets Manager and back to the text that a machine fetches. */
async function stored({ story, target, secretArn }: Way, pair: Pair): Promise<string> {
  await writePair(story.app, pair, Object.keys(pair.env).length);
  const payload = await readPayload(story.ctx, target);
  const version = await ensureSettingsVersion(story.ctx, secretArn, { payload, rootUrl: 'http://lb', needed: [] });
  const ask = new GetSecretValueCommand({ SecretId: secretArn, VersionId: version });
  return (await story.account.secretsManager.send(ask)).SecretString ?? '';
}

async function documented({ story, target }: Way, pair: Pair): Promise<string> {
  await writePair(story.app, pair, Object.keys(pair.env).length);
  return documentOf(await readPayload(story.ctx, target), 'http://lb').reveal();
}

test('1000 random settings and variables go through files, secret and start.mjs unchanged', async () => {
  await using story = await startStory();
  const target = await story.target();
  const secretArn = await story.clock.run(ensureSecret(story.ctx, target));
  const way = { story, target, secretArn };
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const file = path.join(story.app, 'environment.json');
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(pairs, async (pair) => {
      fc.pre(sizeOf(pair) < 65_000);
      // Most of the time goes into the secret, which has no part in what a text is: one in ten goes there.
      const text = turn++ % 10 === 0 ? await stored(way, pair) : await documented(way, pair);
      expect(text).toMatch(/^[ -~]*$/);
      await writeFile(file, text);
      child.stdin.write(`${file}\n`);
      const answer = await answers.next();
      expect(JSON.parse(answer.value as string)).toEqual({ ROOT_URL: 'http://lb', ...expected(pair) });
    }),
    { numRuns: 1000 },
  );
  child.stdin.end();
  await once(child, 'close');
}, 300_000);
