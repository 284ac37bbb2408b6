import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

interface Lock {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>;
}

test('the lock file names the optional packages of every platform: `npm ci` refuses it otherwise', () => {
  const file = path.resolve(import.meta.dirname, '../../../package-lock.json');
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as Lock;
  const missing = Object.entries(packages).flatMap(([name, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (wanted) => !packages[`node_modules/${wanted}`] && !packages[`${name}/node_modules/${wanted}`],
    ),
  );
  expect(missing).toEqual([]);
});
