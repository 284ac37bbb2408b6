import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, prepare, root, say } from './support/prepare.mjs';

// `npm test`: everything, right after a clone. Arguments are handed on to vitest. The last line is `N passed, N failed`.

/** Node's own warnings: a leak, a deprecation, an unhandled rejection. */
const warning = /^\(node:\d+\) .*Warning/;

try {
  await prepare();
  await build();
  process.exitCode = await test(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}

async function test(args) {
  const directory = await mkdtemp(path.join(tmpdir(), 'redeploy-test-'));
  try {
    const report = path.join(directory, 'report.json');
    say('tests: vitest');
    const { exitCode, warnings } = await vitest([
      ...args,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]);
    const { passed, failed } = await count(report);
    for (const line of warnings) process.stdout.write(`Node warned, which fails the run: ${line}\n`);
    // Errors outside of tests (a suite that does not load, a warning) count as one.
    const isBroken = failed === 0 && (exitCode !== 0 || warnings.length > 0 || passed === 0);
    process.stdout.write(`${passed} passed, ${isBroken ? 1 : failed} failed\n`);
    return isBroken || failed > 0 ? 1 : 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs vitest with its output shown and searched for warnings. */
function vitest(args) {
  const entry = path.join(root, 'node_modules/vitest/vitest.mjs');
  const env = { ...process.env, ...(process.stdout.isTTY && !process.env.NO_COLOR && { FORCE_COLOR: '1' }) };
  const child = spawn(process.execPath, [entry, 'run', ...args], {
    cwd: root,
    env,
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  const warnings = new Set();
  const watch = (from, to) => {
    let rest = '';
    from.on('data', (chunk) => {
      to.write(chunk);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) if (warning.test(line)) warnings.add(line);
    });
  };
  watch(child.stdout, process.stdout);
  watch(child.stderr, process.stderr);
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ exitCode: code ?? 1, warnings: [...warnings] }));
  });
}

async function count(report) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(await readFile(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    // vitest died before it could report.
    return { passed: 0, failed: 0 };
  }
}
