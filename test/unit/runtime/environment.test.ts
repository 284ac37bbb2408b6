import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { startApp } from './echo-app.ts';
import { healthy, type EnvironmentFile } from './harness.ts';

/** Prints its variables, so that a test sees what really arrived. */
const PRINT = 'process.stdout.write(JSON.stringify(process.env));';

async function arrived(file: EnvironmentFile, env: NodeJS.ProcessEnv = {}): Promise<Record<string, string>> {
  await using app = await startApp({ file, env }, PRINT);
  await app.exit;
  return JSON.parse(app.output()) as Record<string, string>;
}

/** Any text but NUL, which no variable can carry. */
const value = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
const variables = fc.dictionary(fc.stringMatching(/^T_[A-Z0-9_]{1,12}$/), value, { maxKeys: 5 });

test('variables and settings arrive character for character', async () => {
  await fc.assert(
    fc.asyncProperty(variables, fc.jsonValue(), async (env, settings) => {
      const seen = await arrived({ env, settings });
      expect(seen).toMatchObject({ ...env });
      expect(seen.METEOR_SETTINGS).toBe(JSON.stringify(JSON.parse(JSON.stringify(settings))));
    }),
    {
      numRuns: 20,
      examples: [
        [
          { T_KEY: '-----BEGIN KEY-----\nabc=\n-----END KEY-----\n', T_SHELL: '"$HOME" `id` \\n <%= 1+1 %> #x' },
          { a: 'ü\u2028' },
        ],
      ],
    },
  );
});

test('settings far above the 128 KiB that the kernel allows for one variable arrive', async () => {
  const settings = { public: { text: 'x'.repeat(300_000) } };
  const { METEOR_SETTINGS } = await arrived({ settings });
  expect(METEOR_SETTINGS).toBe(JSON.stringify(settings));
});

test('only the container decides about its port and its release; the file decides about the rest', async () => {
  const env = { PORT: '80', REDEPLOY_RELEASE: 'v1', MONGO_URL: 'from the file', METEOR_SETTINGS: 'overwritten' };
  const seen = await arrived({ env, settings: {} }, { PORT: '3000', REDEPLOY_RELEASE: 'v7', MONGO_URL: 'from docker' });
  expect(seen).toMatchObject({
    PORT: '3000',
    REDEPLOY_RELEASE: 'v7',
    MONGO_URL: 'from the file',
    METEOR_SETTINGS: '{}',
  });
});

test.each([
  ['not JSON', '{"env": {"PASSWORD": "hunter2"', 'is not JSON'],
  ['not an object', '"hunter2"', 'must hold a JSON object'],
  ['with a value that is no text', '{"env": {"PASSWORD": ["hunter2"]}}', 'PASSWORD in'],
  ['with a NUL', '{"env": {"PASSWORD": "hunter2\\u0000"}}', 'NUL'],
])('a file that is %s ends the start with a reason that tells no secret', async (_, file, reason) => {
  await using app = await startApp({ file }, PRINT);
  expect(await app.exit).toEqual({ code: 78, signal: null });
  expect(app.output()).toContain(reason);
  expect(app.output()).not.toContain('hunter2');
});

test('a missing file is named', async () => {
  await using app = await startApp({ env: { REDEPLOY_ENVIRONMENT_FILE: '/nowhere/environment.json' } }, PRINT);
  expect(await app.exit).toEqual({ code: 78, signal: null });
  expect(app.output()).toContain('cannot read /nowhere/environment.json: ENOENT');
});

test('options that Node reads only when it starts take effect, and signals still reach the app', async () => {
  const main = `
    process.stdout.write(String(require('v8').getHeapStatistics().heap_size_limit));
    require('http').createServer().listen(process.env.PORT, '127.0.0.1');`;
  await using app = await startApp({ file: { env: { NODE_OPTIONS: '--max-old-space-size=200' } } }, main);
  await healthy(app);
  expect(Number(app.output()) / 2 ** 20).toBeLessThan(300);
  app.process.kill('SIGTERM');
  expect(await app.exit).toEqual({ code: 0, signal: null });
});
