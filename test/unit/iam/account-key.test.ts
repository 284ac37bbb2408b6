import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';

// The product must do with the printed policies whatever it does: tests may not lend it the rights of the account.

const tests = path.resolve(import.meta.dirname, '../..');

/** Who stands for somebody with the console. */
const mayUseIt: Record<string, string> = {
  'support/plan-steps.ts': 'hands in the console, which change what is ours',
};

/** Where a context of the pipeline gets clients that nobody was named for, or those of an endpoint. */
const lending = /\baws: (?:unhurried\([^,]+, |paused\([^,]+, )*(?:clients\([\w.]+\)|await connectAws\()/;
const named = /makeDeployer|deployer: async \(\)/;

test('no test gives the pipeline the account’s own key', async () => {
  const files = (await readdir(tests, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const lent: string[] = [];
  for (const file of files.filter((name) => !/^(conformance|fixtures)\//.test(name))) {
    const text = await readFile(path.join(tests, file), 'utf8');
    if (lending.test(text) && !named.test(text) && !(file in mayUseIt)) lent.push(file);
  }
  expect(lent).toEqual([]);
});
