import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { shell } from '../../../pipeline/edge/shell.ts';

const cwd = tmpdir();

test('hands over lines of both streams, arguments untouched, and the exit code', async () => {
  const lines: string[] = [];
  const script = 'echo "$1"; echo "$NAME" >&2; exit 3';
  const result = await shell('sh', ['-c', script, 'sh', 'a b; $(c) "d"'], {
    cwd,
    env: { NAME: 'value' },
    onLine: (line) => lines.push(line),
  });
  expect(result).toEqual({ exitCode: 3, stdout: 'a b; $(c) "d"', isMissing: false });
  expect(lines.sort()).toEqual(['a b; $(c) "d"', 'value']);
});

test('tells a missing program from a missing directory', async () => {
  expect((await shell('no-such-program', [], { cwd })).isMissing).toBe(true);
  expect((await shell('sh', ['-c', 'true'], { cwd: '/no/such/directory' })).isMissing).toBe(false);
});

test('ends the program and what it started when the signal aborts', async () => {
  const interruption = new AbortController();
  const lines: string[] = [];
  const running = shell('sh', ['-c', 'sh -c "trap : TERM; echo up; sleep 60; echo survived" & wait'], {
    cwd,
    signal: interruption.signal,
    onLine: (line) => {
      lines.push(line);
      interruption.abort();
    },
  });
  expect((await running).exitCode).not.toBe(0);
  expect(lines[0]).toBe('up');
}, 20_000);

test('runs nothing for a run that was interrupted before', async () => {
  expect((await shell('sleep', ['60'], { cwd, signal: AbortSignal.abort() })).exitCode).not.toBe(0);
});
