import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Event } from '../../../pipeline/core/event.ts';
import { openTerminal } from '../../../pipeline/edge/terminal.ts';
import { durationText } from '../../../pipeline/core/duration.ts';
import { fit, tableLines } from '../../../pipeline/edge/terminal/table.ts';

/** Two steps side by side: one waits and ends well, one fails; then something is taken back. */
const story: (Event | { pass: number })[] = [
  { kind: 'step-started', step: 'image', at: 0 },
  { kind: 'step-started', step: 'ami', at: 0 },
  { kind: 'output', step: 'image', line: 'Step 1/9 : FROM node' },
  { kind: 'waiting', step: 'ami', what: 'builder', reason: 'booting', elapsedMs: 2000 },
  { pass: 29_000 },
  { kind: 'waiting', step: 'ami', what: 'builder', reason: 'pulling the image', elapsedMs: 29_000 },
  { pass: 4000 },
  { kind: 'waiting', step: 'ami', what: 'builder', reason: 'pulling the image', elapsedMs: 33_000 },
  { kind: 'waiting', step: 'ami', what: 'builder', reason: 'checking', elapsedMs: 35_000 },
  { kind: 'step-finished', step: 'ami', ms: 64_000, detail: 'ami-0abc' },
  { kind: 'output', step: 'image', line: 'npm ERR! no such package' },
  { kind: 'step-failed', step: 'image', ms: 65_000, message: 'docker build failed\nmore' },
  { kind: 'undoing', label: 'remove the builder', left: ['remove the secret'] },
  { kind: 'undo-failed', label: 'remove the builder', message: 'AccessDenied' },
  { kind: 'note', message: 'stopping' },
];

async function play(options: {
  isJson?: boolean;
  isGithub?: boolean;
  isLive?: boolean;
  isVerbose?: boolean;
  isColored?: boolean;
}) {
  let now = 0;
  let written = '';
  const stream = Object.assign(new PassThrough(), { isTTY: options.isLive ?? false, columns: 60, rows: 24 });
  stream.on('data', (chunk) => (written += String(chunk)));
  const terminal = await openTerminal({
    stream: stream as unknown as NodeJS.WriteStream,
    isJson: false,
    isGithub: false,
    isLive: false,
    isVerbose: false,
    isColored: false,
    clock: { now: () => now },
    ...options,
  });
  for (const event of story) {
    if ('pass' in event) now += event.pass;
    else terminal.report(event);
  }
  terminal.close();
  return { terminal, written };
}

test('a log gets a line when a step begins, one when it ends, and a sign of life every 30 s', async () => {
  const { written } = await play({});
  expect(written.split('\n')).toEqual([
    '  image …',
    '  ami …',
    '  ami: waiting for builder (33 s): pulling the image',
    '✔ ami  1 min 4 s · ami-0abc',
    '✖ image  1 min 5 s · docker build failed',
    '↶ undoing: remove the builder',
    '✖ could not undo: remove the builder (AccessDenied)',
    '• stopping',
    '',
  ]);
});

test('what tools say is shown when asked for, else kept for the failure; what is left is known', async () => {
  const quiet = await play({});
  expect(quiet.terminal.lastWords()).toEqual(['Step 1/9 : FROM node', 'npm ERR! no such package']);
  expect(quiet.terminal.unfinished()).toEqual(['remove the builder', 'remove the secret']);
  const verbose = await play({ isVerbose: true });
  expect(verbose.written).toContain('  image | npm ERR! no such package\n');
  expect(verbose.terminal.lastWords()).toEqual([]);
});

test('of a chatty tool, the last 40 lines are kept', async () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const look = { isJson: false, isGithub: false, isLive: false, isVerbose: false, isColored: false };
  const terminal = await openTerminal({ stream, ...look, clock: { now: () => 0 } });
  for (let line = 1; line <= 100; line += 1) terminal.report({ kind: 'output', step: 'bundle', line: `line ${line}` });
  terminal.report({ kind: 'step-failed', step: 'bundle', ms: 1, message: 'no' });
  expect(terminal.lastWords()).toHaveLength(40);
  expect(terminal.lastWords()[0]).toBe('line 61');
});

test('in a GitHub job, what a tool said is folded behind its step, and none of it is a command', async () => {
  const { written } = await play({ isGithub: true });
  const lines = written.split('\n').map((line) => line.replace(/[0-9a-f-]{36}/, 'TOKEN'));
  expect(lines).toEqual([
    '  image …',
    '  ami …',
    '  ami: waiting for builder (33 s): pulling the image',
    '✔ ami  1 min 4 s · ami-0abc',
    '::group::✖ image  1 min 5 s · docker build failed',
    '::stop-commands::TOKEN',
    'Step 1/9 : FROM node',
    'npm ERR! no such package',
    '::TOKEN::',
    '::endgroup::',
    '↶ undoing: remove the builder',
    '✖ could not undo: remove the builder (AccessDenied)',
    '• stopping',
    '',
  ]);
});

test('--json writes every event as one line with its time', async () => {
  const { written } = await play({ isJson: true });
  const lines = written
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; time: string });
  expect(lines.map(({ kind }) => kind)).toEqual(story.flatMap((event) => ('kind' in event ? [event.kind] : [])));
  expect(lines[4]?.time).toBe('1970-01-01T00:00:29.000Z');
});

test('a terminal shows each running step with its time and why it waits, cut to its width, and leaves what is over', async () => {
  const { written } = await play({ isLive: true, isColored: true });
  const plain = stripVTControlCharacters(written);
  expect(plain).toMatch(/⠙ image {2}0\.0 s/);
  expect(plain).toMatch(/ami {5}33 s {2}builder: pulling the image/);
  expect(written).toContain('\u001B[32m✔\u001B[39m ami');
  expect(plain.split('\n').filter((line) => line.length > 60)).toEqual([]);
  expect(written.endsWith('\u001B[?25h') || !written.includes('\u001B[?25l')).toBe(true);
});

test('durations are as precise as one cares', () => {
  expect(
    [0, 380, 999, 1400, 59_400, 60_000, 185_000, 7_800_000, 86_400_000, 273_600_000].map((ms) => durationText(ms)),
  ).toEqual(['0.0 s', '0.3 s', '0.9 s', '1 s', '59 s', '1 min', '3 min 5 s', '2 h 10 min', '1 d', '3 d 4 h']);
});

test('tables align whatever the colours; columns that are empty vanish; lines are cut to fit', () => {
  expect(
    tableLines(
      [
        ['a', '', '\u001B[32mgreen\u001B[39m', 'x'],
        ['long', '', 'b', ''],
      ],
      ' ',
    ),
  ).toEqual([' a     \u001B[32mgreen\u001B[39m  x', ' long  b']);
  expect(tableLines([])).toEqual([]);
  expect([fit('short', 5), fit('longer', 5), fit('two\nlines', 20)]).toEqual(['short', 'long…', 'two']);
});
