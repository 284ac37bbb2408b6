import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { build, prepare, root, run, say } from './support/prepare.mjs';

// `npm test`: everything, right after a clone. Arguments are handed on to vitest. The last line is `N passed, N failed`.

/** Node's own warnings: a leak, a deprecation, an unhandled rejection. */
const warning = /^\(node:\d+\) .*Warning/;
/**
 * Tests on real machines wait most of the time; the others compute, and give way: all containers together have no more of the
 * processor than one program of the same priority, and machines that starve are taken for sick.
 */
const sideBySide = [
  { args: ['--project=sandbox'], priority: 0 },
  { args: ['--project=fast', '--project=conformance'], priority: 5 },
];

try {
  await prepare();
  await Promise.all([build(), makeModels()]);
  process.exitCode = await test(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}

/** What each vitest would make before its first test: two at once must not. */
async function makeModels() {
  const script = "await (await import('./test/support/models/environment.ts')).setup()";
  await run(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
}

async function test(args) {
  const directory = await mkdtemp(path.join(tmpdir(), 'redeploy-test-'));
  try {
    say('tests: vitest');
    const runs = args.length === 0 ? sideBySide : [{ args, priority: 0 }];
    const ended = await Promise.all(runs.map((one, at) => runOnce(one, path.join(directory, `${at}.json`))));
    for (const line of ended.flatMap(({ warnings }) => warnings)) {
      process.stdout.write(`Node warned, which fails the run: ${line}\n`);
    }
    const [passed, failed] = ['passed', 'failed'].map((key) => ended.reduce((sum, one) => sum + one[key], 0));
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed > 0 ? 1 : 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** How many tests passed and failed. Errors outside of tests (a suite that does not load, a warning) count as one. */
async function runOnce({ args, priority }, report) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { exitCode, warnings } = await vitest([...args, ...reporters], priority);
  const { passed, failed } = await count(report);
  const isBroken = failed === 0 && (exitCode !== 0 || warnings.length > 0 || passed === 0);
  return { passed, failed: isBroken ? 1 : failed, warnings };
}

/** Runs vitest with its output shown and searched for warnings. */
function vitest(args, priority) {
  const entry = path.join(root, 'node_modules/vitest/vitest.mjs');
  const env = {
    ...process.env,
    REDEPLOY_IS_BUILT: '1',
    ...(process.stdout.isTTY && !process.env.NO_COLOR && { FORCE_COLOR: '1' }),
  };
  const child = spawn(process.execPath, [entry, 'run', ...args], {
    cwd: root,
    env,
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  if (priority > 0 && child.pid) setPriority(child.pid, priority);
  const warnings = new Set();
  const watch = (from, to) => {
    let rest = '';
    // Whole lines: two write to the same place.
    from.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      if (lines.length > 0) to.write(`${lines.join('\n')}\n`);
      for (const line of lines) if (warning.test(line)) warnings.add(line);
    });
    from.on('end', () => to.write(rest));
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
