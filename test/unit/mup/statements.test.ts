import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';

const tests = path.resolve(import.meta.dirname, '../..');

test('each of the ten cases that mup handles and the nineteen that it gets wrong has a test with its number', async () => {
  const files = ['stories/mup-statements', 'sandbox/image'].map(async (folder) => {
    const names = (await readdir(path.join(tests, folder))).filter((name) => name.endsWith('.test.ts'));
    return await Promise.all(names.map((name) => readFile(path.join(tests, folder, name), 'utf8')));
  });
  const text = (await Promise.all(files)).flat().join('\n');
  const numbers = [...text.matchAll(/^test\('(\d+) /gm)].map(([, number]) => Number(number));
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 29 }, (_, index) => index + 1));
});
