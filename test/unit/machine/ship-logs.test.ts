import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const script = path.resolve(import.meta.dirname, '../../../templates/machine/ship-logs.py');

/** All of the script but its last line, which runs it; then the journal is a list of ours. */
const harness = `
import json, os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(sys.argv[1]))
exec(open(sys.argv[1]).read().rsplit("main()", 1)[0])
for entry in json.load(sys.stdin):
    lines.put(json.dumps(entry))
print(json.dumps(batch(lines.get())))
`;

interface Batch {
  messages: string[];
  times: number[];
  /** Of the last entry that is in it. */
  cursor: string;
}

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);

/** What goes into the next call for a journal with entries at these times. */
function batchOf(journal: { atMs: number; message: string }[]): Batch {
  const input = JSON.stringify(
    journal.map(({ atMs, message }, at) => ({
      __CURSOR: `c${at}`,
      __REALTIME_TIMESTAMP: String((start + atMs) * 1000),
      MESSAGE: message,
    })),
  );
  const output = execFileSync('python3', ['-c', harness, script], { input, encoding: 'utf8' });
  const [events, cursor] = JSON.parse(output) as [{ timestamp: number; message: string }[], string];
  return {
    messages: events.map(({ message }) => message),
    times: events.map(({ timestamp }) => timestamp - start),
    cursor,
  };
}

// CloudWatch refuses the whole call otherwise (API_PutLogEvents.html), again and again: nothing would be shipped any more.
test('log lines are in order of time, though the clock of a young machine was set back', () => {
  const { messages, times, cursor } = batchOf([
    { atMs: 5000, message: 'before the clock was set' },
    { atMs: 2000, message: 'after' },
    { atMs: 2000, message: 'at the same moment' },
  ]);
  expect(times).toEqual([2000, 2000, 5000]);
  expect(messages).toEqual(['after', 'at the same moment', 'before the clock was set']);
  expect(cursor).toBe('c2');
});

test('what could not be shipped for days goes in calls of less than a day each', () => {
  const lines = [0, 20, 30, 50].map((hours) => ({ atMs: hours * hour, message: `after ${hours} h` }));
  const first = batchOf(lines);
  expect(first).toMatchObject({ messages: ['after 0 h', 'after 20 h'], cursor: 'c1' });
  expect(batchOf(lines.slice(2)).messages).toEqual(['after 30 h', 'after 50 h']);
});
