import { paginateFilterLogEvents, type FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import type { Context } from '../core/context.ts';
import { DeployError, isAwsError } from '../core/errors.ts';
import { namesOf } from '../core/names.ts';
import type { Target } from '../core/target.ts';

/** A line that a machine of the fleet shipped to CloudWatch. */
export interface AppLine {
  /** Of CloudWatch; the same line read twice has the same. */
  id: string;
  at: Date;
  /** `v41` */
  release: string;
  machine: string;
  line: string;
}

/** Which lines are wanted. */
export interface LineFilter {
  sinceMs: number;
  /** `v41` */
  release?: string;
  machine?: string;
  /** Part of the line, as it is written. */
  search?: string;
}

/** The lines that the app wrote on all its machines, oldest first. Throws `usage` when there is no log group yet. */
export async function readAppLines(ctx: Context, target: Target, filter: LineFilter): Promise<AppLine[]> {
  const lines: AppLine[] = [];
  try {
    for await (const page of paginateFilterLogEvents({ client: ctx.aws.logs }, requestOf(target, filter))) {
      lines.push(...(page.events ?? []).map(lineOf));
      if (ctx.signal.aborted) break;
    }
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) throw nothingYet(target, error);
    throw error;
  }
  const wanted = lines.filter((line) => isWanted(line, filter));
  return wanted.toSorted((one, other) => one.at.getTime() - other.at.getTime());
}

function lineOf({ eventId = '', timestamp = 0, logStreamName = '', message = '' }: FilteredLogEvent): AppLine {
  const [release = '', machine = ''] = logStreamName.split('/');
  return { id: eventId, at: new Date(timestamp), release, machine, line: message.trimEnd() };
}

const isWanted = ({ machine, line }: AppLine, filter: LineFilter): boolean =>
  (filter.machine === undefined || machine === filter.machine) && line.includes(filter.search ?? '');

/** Machines are told apart here: a prefix of streams can name a release, not a machine. */
const requestOf = (target: Target, { sinceMs, release, search }: LineFilter) => ({
  logGroupName: namesOf(target).logGroup,
  startTime: sinceMs,
  ...(release !== undefined && { logStreamNamePrefix: `${release}/` }),
  ...(search !== undefined && isTerm(search) && { filterPattern: `"${search}"` }),
});

/**
 * A term in quotation marks is looked for as it stands; how one with such marks in it would be written is not documented:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
const isTerm = (search: string): boolean => search.trim() !== '' && !/["\\]/.test(search);

const nothingYet = (target: Target, cause: unknown): DeployError =>
  new DeployError('usage', `${target.app} ${target.environment} has no logs: nothing is deployed yet`, {
    hint: 'run `redeploy deploy`',
    cause,
  });
