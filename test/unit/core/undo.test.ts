import { expect, test } from 'vitest';
import type { Context } from '../../../pipeline/core/context.ts';
import type { Event } from '../../../pipeline/core/event.ts';
import { Undo } from '../../../pipeline/core/undo.ts';

function room() {
  const events: Event[] = [];
  const controller = new AbortController();
  const ctx = { report: (event: Event) => events.push(event), signal: controller.signal } as unknown as Context;
  return { ctx, controller, events };
}

test('takes back in reverse, with a signal that nobody aborted, and hides neither its failures nor the error', async () => {
  const { ctx, controller, events } = room();
  const done: string[] = [];
  const story = async () => {
    await using undo = new Undo(ctx);
    undo.on('close the door', async ({ signal }) => void done.push(`door ${signal.aborted}`));
    undo.on('put out the fire', () => Promise.reject(new Error('no water')));
    undo.on('turn off the light', async () => void done.push('light'));
    controller.abort();
    throw new Error('the story fails');
  };
  await expect(story()).rejects.toThrow('the story fails');
  expect(done).toEqual(['light', 'door false']);
  expect(events).toEqual([
    { kind: 'undoing', label: 'turn off the light', left: ['put out the fire', 'close the door'] },
    { kind: 'undoing', label: 'put out the fire', left: ['close the door'] },
    { kind: 'undo-failed', label: 'put out the fire', message: 'no water' },
    { kind: 'undoing', label: 'close the door' },
  ]);
});

test('keeps what is kept', async () => {
  const { ctx, events } = room();
  await (async () => {
    await using undo = new Undo(ctx);
    undo.on('close the door', () => Promise.reject(new Error('never called')));
    undo.keep();
  })();
  expect(events).toEqual([]);
});
