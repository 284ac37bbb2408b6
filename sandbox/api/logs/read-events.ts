import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { LogEvent, LogGroup } from '../../engine/logs/state.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { compileFilter } from './filter-pattern.ts';
import { findGroup, findStream, invalid } from './find.ts';

interface TimeRange {
  startTime?: number | undefined;
  endTime?: number | undefined;
}

/** From startTime on, before endTime. */
const within = ({ timestamp }: LogEvent, { startTime = 0, endTime = Infinity }: TimeRange) =>
  timestamp >= startTime && timestamp < endTime;

/** `f/…` goes on after an event, `b/…` before it; at the end a token leads to itself (API reference, GetLogEvents). */
function readToken(token: string): { forward: boolean; at: string } {
  const [, direction, at] = /^([fb])\/(\d{56})$/.exec(token) ?? [];
  if (direction === undefined || at === undefined) throw invalid('The specified nextToken is invalid.');
  return { forward: direction === 'f', at };
}

const zeros = '0'.repeat(56);

function chunk(events: LogEvent[], limit: number, from: { token: string | undefined; head: boolean }): LogEvent[] {
  if (from.token === undefined) return from.head ? events.slice(0, limit) : events.slice(-limit);
  const { forward, at } = readToken(from.token);
  if (forward) return events.filter(({ id }) => id > at).slice(0, limit);
  return events.filter(({ id }) => id < at).slice(-limit);
}

export const getLogEvents: HandlerFor<typeof client, 'GetLogEvents'> = (input, { engine }) => {
  const { nextToken, limit = 10_000, startFromHead = false } = input;
  const stream = findStream(findGroup(engine, input), input.logStreamName);
  const events = stream.events.filter((event) => within(event, input));
  const found = chunk(events, limit, { token: nextToken, head: startFromHead });
  const stay = nextToken === undefined ? zeros : readToken(nextToken).at;
  return {
    events: found.map(({ timestamp, message, ingestedAt }) => ({ timestamp, message, ingestionTime: ingestedAt })),
    nextForwardToken: `f/${found.at(-1)?.id ?? stay}`,
    nextBackwardToken: `b/${found[0]?.id ?? stay}`,
  };
};

interface StreamFilter {
  logStreamNames?: string[] | undefined;
  logStreamNamePrefix?: string | undefined;
}

function chosenStreams({ streams }: LogGroup, { logStreamNames, logStreamNamePrefix = '' }: StreamFilter) {
  if (logStreamNames && logStreamNamePrefix !== '') {
    throw invalid('Cannot specify both logStreamNames and logStreamNamePrefix.');
  }
  return Object.values(streams).filter(
    ({ name }) => name.startsWith(logStreamNamePrefix) && (logStreamNames?.includes(name) ?? true),
  );
}

export const filterLogEvents: HandlerFor<typeof client, 'FilterLogEvents'> = (input, { engine }) => {
  const matches = compileFilter(input.filterPattern);
  const events = chosenStreams(findGroup(engine, input), input).flatMap(({ name, events }) =>
    events
      .filter((event) => within(event, input) && matches(event.message))
      .map((event) => ({ event, logStreamName: name })),
  );
  const found = page(events, {
    keyOf: ({ event }) => event.id,
    limit: input.limit ?? 10_000,
    token: input.nextToken,
    invalidTokenCode: 'InvalidParameterException',
  });
  return {
    events: found.items.map(({ event, logStreamName }) => ({
      eventId: event.id,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestedAt,
      logStreamName,
    })),
    searchedLogStreams: [],
    nextToken: found.next,
  };
};
