import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { failureOf } from '../../../pipeline/cli/failure.ts';
import { watchInterrupts } from '../../../pipeline/cli/interrupt.ts';
import type { Io } from '../../../pipeline/cli/io.ts';
import { DeployError } from '../../../pipeline/core/errors.ts';
import type { Event } from '../../../pipeline/core/event.ts';
import { painter } from '../../../pipeline/edge/terminal/paint.ts';

const plain = painter(false);
const quiet = { lastWords: [], isInterrupted: false };

test('an expected failure says what, why and what next', () => {
  const error = new DeployError('bundle', 'meteor build ended with 1', { lines: ['no such package'], hint: 'add it' });
  const failure = failureOf(error, { ...quiet, lastWords: ['not these'] });
  expect(failure.lines(plain)).toEqual(['error: meteor build ended with 1', '    no such package', 'hint: add it']);
  expect(failure.document).toEqual({
    code: 'bundle',
    message: 'meteor build ended with 1',
    hint: 'add it',
    lines: ['no such package'],
  });
  expect(failure.exitCode).toBe(1);
});

test('when the failure brings no lines, the last words of the tools are shown', () => {
  const failure = failureOf(new DeployError('image', 'docker build failed'), { ...quiet, lastWords: ['npm ERR!'] });
  expect(failure.lines(plain)).toEqual(['error: docker build failed', '    npm ERR!']);
});

test('anything else is our bug, with stack and causes', () => {
  const failure = failureOf(new TypeError('x is undefined', { cause: new Error('deep down') }));
  const text = failure.lines(plain).join('\n');
  expect(text).toMatch(/^error: x is undefined\n.*failure\.test\.ts/);
  expect(text).toMatch(/caused by: deep down\n.*bug in meteor-redeploy/);
  expect(failure).toMatchObject({ exitCode: 70, document: { code: 'bug', message: 'x is undefined' } });
});

test('after Ctrl-C, what was torn down is not reported as a failure of its own', () => {
  const around = { ...quiet, isInterrupted: true };
  expect(failureOf(new DeployError('bundle', 'meteor was killed'), around)).toMatchObject({
    exitCode: 130,
    document: { code: 'interrupted' },
  });
  expect(failureOf(new TypeError('x'), around).exitCode).toBe(70);
});

function terminal() {
  const events: Event[] = [];
  const listeners = new Map<string, () => void>();
  const seen = { written: '', exitCode: undefined as number | undefined };
  const io = {
    onSignal: (name: string, listener: () => void) => {
      listeners.set(name, listener);
      return () => listeners.delete(name);
    },
    stdout: new PassThrough(),
    stderr: Object.assign(new PassThrough(), { write: (text: string) => (seen.written += text) }),
    exit: (code: number) => (seen.exitCode = code),
  } as unknown as Io;
  const screen = {
    report: (event: Event) => void events.push(event),
    close: () => {},
    lastWords: () => [],
    unfinished: () => ['remove the builder i-0abc'],
  };
  return { io, screen, seen, events, raise: (name: string) => listeners.get(name)?.(), listeners };
}

test('the first Ctrl-C aborts and says so, the second ends at once and says what is left', () => {
  const { io, screen, seen, events, raise } = terminal();
  const { signal } = watchInterrupts(io, screen, { isQuiet: false, isPatient: false });
  raise('SIGINT');
  expect(signal.aborted).toBe(true);
  expect(events).toEqual([{ kind: 'note', message: expect.stringContaining('taking back') as string }]);
  expect(seen.exitCode).toBeUndefined();
  raise('SIGTERM');
  expect(seen.exitCode).toBeUndefined();
  raise('SIGINT');
  expect(seen.exitCode).toBe(130);
  expect(seen.written).toContain('left: remove the builder i-0abc');
});

test('SIGTERM is like the first Ctrl-C; afterwards nobody listens any more', () => {
  const { io, screen, raise, listeners } = terminal();
  const { signal, release } = watchInterrupts(io, screen, { isQuiet: false, isPatient: false });
  raise('SIGTERM');
  expect(signal.aborted).toBe(true);
  release();
  expect(listeners.size).toBe(0);
});

test('a closed terminal stops what runs in it, and what cannot be written to it any more is no failure', () => {
  const { io, screen, raise, listeners } = terminal();
  const { signal } = watchInterrupts(io, screen, { isQuiet: false, isPatient: true });
  raise('SIGHUP');
  expect(signal.aborted).toBe(true);
  expect(io.stdout.emit('error', new Error('write EIO'))).toBe(true);
  const deploy = terminal();
  watchInterrupts(deploy.io, deploy.screen, { isQuiet: false, isPatient: false });
  expect([...deploy.listeners.keys()]).not.toContain('SIGHUP');
  expect(listeners.has('SIGHUP')).toBe(true);
});
