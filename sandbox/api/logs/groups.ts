import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { Engine } from '../../engine/engine.ts';
import type { LogGroup, LogStream } from '../../engine/logs/state.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { findGroup, findStream, invalid } from './find.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

export const createLogGroup: For<'CreateLogGroup'> = ({ logGroupName: name, tags = {} }, { engine }) => {
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) {
    throw invalid(`1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint`);
  }
  const { account, region, logs } = engine.state;
  if (Object.hasOwn(logs.groups, name)) {
    throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
  }
  const arn = `arn:aws:logs:${region}:${account}:log-group:${name}`;
  logs.groups[name] = { name, arn, createdAt: engine.clock.now(), tags: { ...tags }, streams: {} };
};

export const deleteLogGroup: For<'DeleteLogGroup'> = (input, { engine }) => {
  delete engine.state.logs.groups[findGroup(engine, input).name];
};

const storedBytes = ({ events }: LogStream) =>
  events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);

const groupView = (group: LogGroup): client.LogGroup => ({
  logGroupName: group.name,
  creationTime: group.createdAt,
  retentionInDays: group.retentionDays,
  metricFilterCount: 0,
  arn: `${group.arn}:*`,
  logGroupArn: group.arn,
  storedBytes: Object.values(group.streams).reduce((sum, stream) => sum + storedBytes(stream), 0),
  logGroupClass: 'STANDARD',
});

export const describeLogGroups: For<'DescribeLogGroups'> = (input, { engine }) => {
  const { logGroupNamePrefix: prefix = '', logGroupNamePattern: part = '', limit = 50 } = input;
  if (limit < 1 || limit > 50) {
    const bound = limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 50';
    throw invalid(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${bound}`,
    );
  }
  const groups = Object.values(engine.state.logs.groups).filter(
    ({ name }) => name.startsWith(prefix) && name.toLowerCase().includes(part.toLowerCase()),
  );
  const found = page(groups, {
    keyOf: ({ name }) => name,
    limit,
    token: input.nextToken,
    invalidTokenCode: 'InvalidParameterException',
  });
  return { logGroups: found.items.map(groupView), nextToken: found.next };
};

/** The numbers of days that CloudWatch Logs takes (API reference, PutRetentionPolicy). */
const retentions = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

export const putRetentionPolicy: For<'PutRetentionPolicy'> = (input, { engine }) => {
  if (!retentions.has(input.retentionInDays)) {
    const constraint = `Member must satisfy enum value set: [${[...retentions].join(', ')}]`;
    throw invalid(
      `1 validation error detected: Value '${input.retentionInDays}' at 'retentionInDays' failed to satisfy constraint: ${constraint}`,
    );
  }
  findGroup(engine, input).retentionDays = input.retentionInDays;
};

export const deleteRetentionPolicy: For<'DeleteRetentionPolicy'> = (input, { engine }) => {
  delete findGroup(engine, input).retentionDays;
};

export const tagResource: For<'TagResource'> = ({ resourceArn, tags }, { engine }) => {
  const group = findGroup(engine, { logGroupIdentifier: resourceArn });
  group.tags = { ...group.tags, ...tags };
};

export const listTagsForResource: For<'ListTagsForResource'> = ({ resourceArn }, { engine }) => ({
  tags: findGroup(engine, { logGroupIdentifier: resourceArn }).tags,
});

/** Adds a stream; throws ResourceAlreadyExistsException. */
function addStream(engine: Engine, group: LogGroup, name: string): void {
  if (!/^[^:*]{1,512}$/.test(name)) {
    throw invalid(`1 validation error detected: Value '${name}' at 'logStreamName' failed to satisfy constraint`);
  }
  if (Object.hasOwn(group.streams, name)) {
    throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
  }
  const arn = `${group.arn}:log-stream:${name}`;
  group.streams[name] = { name, arn, createdAt: engine.clock.now(), events: [] };
}

export const createLogStream: For<'CreateLogStream'> = (input, { engine }) => {
  addStream(engine, findGroup(engine, input), input.logStreamName);
};

export const deleteLogStream: For<'DeleteLogStream'> = (input, { engine }) => {
  const group = findGroup(engine, input);
  delete group.streams[findStream(group, input.logStreamName).name];
};

const streamView = (stream: LogStream): client.LogStream => ({
  logStreamName: stream.name,
  creationTime: stream.createdAt,
  firstEventTimestamp: stream.events[0]?.timestamp,
  lastEventTimestamp: stream.events.at(-1)?.timestamp,
  lastIngestionTime: stream.events.at(-1)?.ingestedAt,
  uploadSequenceToken: '1',
  arn: stream.arn,
  storedBytes: 0,
});

/** Sorts as a number of 16 digits does; newest first when complemented. */
const timeKey = (ms: number, descending: boolean) => String(descending ? 9_999_999_999_999 - ms : ms).padStart(16, '0');

export const describeLogStreams: For<'DescribeLogStreams'> = (input, { engine }) => {
  const { logStreamNamePrefix: prefix = '', orderBy = 'LogStreamName', descending = false } = input;
  if (orderBy === 'LastEventTime' && prefix !== '') {
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const streams = Object.values(findGroup(engine, input).streams).filter(({ name }) => name.startsWith(prefix));
  const names = streams.map(({ name }) => name).sort();
  const rank = (name: string) => String(descending ? names.length - names.indexOf(name) : names.indexOf(name) + 1);
  const found = page(streams, {
    keyOf: ({ name, events }) =>
      orderBy === 'LastEventTime'
        ? `${timeKey(events.at(-1)?.timestamp ?? 0, descending)} ${name}`
        : rank(name).padStart(10, '0'),
    limit: input.limit ?? 50,
    token: input.nextToken,
    invalidTokenCode: 'InvalidParameterException',
  });
  return { logStreams: found.items.map(streamView), nextToken: found.next };
};
