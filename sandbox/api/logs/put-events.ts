import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { Engine } from '../../engine/engine.ts';
import { keptEvents, type LogEvent } from '../../engine/logs/state.ts';
import type { HandlerFor } from '../service.ts';
import { findGroup, findStream, invalid } from './find.ts';

/** Limits of one call (API reference, PutLogEvents). */
const maxBytes = 1_048_576;
const overheadBytes = 26;
const maxEvents = 10_000;
const maxSpanMs = 24 * 3600 * 1000;
const tooOldMs = 14 * 24 * 3600 * 1000;
const tooNewMs = 2 * 3600 * 1000;

interface Incoming {
  timestamp: number;
  message: string;
}

function checkBatch(events: readonly Incoming[]): void {
  if (events.length === 0 || events.length > maxEvents) {
    const constraint = `Member must have length between 1 and ${maxEvents}`;
    throw invalid(`1 validation error detected: Value at 'logEvents' failed to satisfy constraint: ${constraint}`);
  }
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + overheadBytes, 0);
  if (bytes > maxBytes) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${maxBytes}`);
  const first = events[0]?.timestamp ?? 0;
  const last = events.at(-1)?.timestamp ?? 0;
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  if (last - first > maxSpanMs)
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
}

/** Too old or too new events are left out and the answer says which; the others are kept. */
export const putLogEvents: HandlerFor<typeof client, 'PutLogEvents'> = (input, { engine }) => {
  const group = findGroup(engine, input);
  const stream = findStream(group, input.logStreamName);
  const incoming = input.logEvents.map(({ timestamp = 0, message = '' }) => ({ timestamp, message }));
  checkBatch(incoming);
  const now = engine.clock.now();
  const retentionMs = (group.retentionDays ?? Infinity) * 24 * 3600 * 1000;
  const old = incoming.filter(({ timestamp }) => timestamp < now - tooOldMs).length;
  const expired = incoming.filter(({ timestamp }) => timestamp < now - retentionMs).length;
  const firstNew = incoming.findIndex(({ timestamp }) => timestamp > now + tooNewMs);
  const accepted = incoming.slice(Math.max(old, expired), firstNew === -1 ? undefined : firstNew);
  stream.events = [...stream.events, ...accepted.map((event) => newEvent(engine, event))]
    .sort((a, b) => a.timestamp - b.timestamp)
    .slice(-keptEvents);
  if (accepted.length === incoming.length) return { nextSequenceToken: '1' };
  return {
    nextSequenceToken: '1',
    rejectedLogEventsInfo: {
      ...(old > 0 ? { tooOldLogEventEndIndex: old } : {}),
      ...(expired > old ? { expiredLogEventEndIndex: expired } : {}),
      ...(firstNew === -1 ? {} : { tooNewLogEventStartIndex: firstNew }),
    },
  };
};

const newEvent = (engine: Engine, { timestamp, message }: Incoming): LogEvent => ({
  id: `${String(timestamp).padStart(16, '0')}${String(engine.serial()).padStart(40, '0')}`,
  timestamp,
  message,
  ingestedAt: engine.clock.now(),
});
