import type { Engine } from '../../engine/engine.ts';
import type { LogGroup, LogStream } from '../../engine/logs/state.ts';
import { AwsError } from '../error.ts';

export const invalid = (message: string) => new AwsError('InvalidParameterException', message);
const notFound = (message: string) => new AwsError('ResourceNotFoundException', message);

/** Either the name or, in newer members of the API, the ARN of a group. */
export interface GroupInput {
  logGroupName?: string | undefined;
  logGroupIdentifier?: string | undefined;
}

/** The group of that name or ARN; throws ResourceNotFoundException. */
export function findGroup(engine: Engine, { logGroupName, logGroupIdentifier }: GroupInput): LogGroup {
  const wanted = logGroupName ?? logGroupIdentifier ?? '';
  const name = wanted.replace(/^arn:aws:logs:[^:]*:[^:]*:log-group:/, '').replace(/:\*$/, '');
  const { groups } = engine.state.logs;
  const group = Object.hasOwn(groups, name) ? groups[name] : undefined;
  if (!group) throw notFound('The specified log group does not exist.');
  expire(engine, group);
  return group;
}

/** The stream of that name; throws ResourceNotFoundException. */
export function findStream(group: LogGroup, name: string): LogStream {
  const stream = Object.hasOwn(group.streams, name) ? group.streams[name] : undefined;
  if (!stream) throw notFound('The specified log stream does not exist.');
  return stream;
}

/** Forgets the events that are older than the group's retention. */
function expire(engine: Engine, { retentionDays, streams }: LogGroup): void {
  if (retentionDays === undefined) return;
  const oldest = engine.clock.now() - retentionDays * 24 * 3600 * 1000;
  for (const stream of Object.values(streams)) {
    if ((stream.events[0]?.timestamp ?? oldest) < oldest) {
      stream.events = stream.events.filter(({ timestamp }) => timestamp >= oldest);
    }
  }
}
