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

test('ends the program when the signal aborts', async () => {
  const interruption = new AbortController();
  const running = shell('sh', ['-c', 'echo up; exec sleep 60'], {
    cwd,
    signal: interruption.signal,
    onLine: () => interruption.abort(),
  });
  expect((await running).exitCode).not.toBe(0);
});
