import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, need, needTags, type Needs } from '../authorize/need.ts';
import type { GroupInput } from './find.ts';

const nameOf = ({ logGroupName, logGroupIdentifier = '' }: GroupInput) =>
  logGroupName ?? logGroupIdentifier.replace(/^arn:aws:logs:[^:]*:[^:]*:log-group:/, '').replace(/:\*$/, '');

/** iam-access-control-overview-cwl.html: a group's ARN ends in `:*` in policies, but for the calls that tag it. */
const onGroup = (operation: string) => (input: GroupInput, engine: Engine) => [
  need(`logs:${operation}`, { arn: arnOf(engine, 'logs', `log-group:${nameOf(input)}:*`) }),
];

type StreamInput = GroupInput & { logStreamName?: string | undefined };

const onStream = (operation: string) => (input: StreamInput, engine: Engine) => {
  const rest = `log-group:${nameOf(input)}:log-stream:${input.logStreamName ?? '*'}`;
  return [need(`logs:${operation}`, { arn: arnOf(engine, 'logs', rest) })];
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html */
export const logsNeeds: Needs<typeof client> = {
  CreateLogGroup: (input, engine) => {
    const requestTags = input.tags ?? {};
    const made = { arn: arnOf(engine, 'logs', `log-group:${input.logGroupName}`), requestTags };
    return [need('logs:CreateLogGroup', made), ...needTags('logs:TagResource', made)];
  },
  DeleteLogGroup: onGroup('DeleteLogGroup'),
  PutRetentionPolicy: onGroup('PutRetentionPolicy'),
  DeleteRetentionPolicy: onGroup('DeleteRetentionPolicy'),
  DescribeLogStreams: onGroup('DescribeLogStreams'),
  FilterLogEvents: onGroup('FilterLogEvents'),
  TagResource: ({ resourceArn, tags }) => [need('logs:TagResource', { arn: resourceArn, requestTags: tags })],
  ListTagsForResource: ({ resourceArn }) => [need('logs:ListTagsForResource', { arn: resourceArn })],
  CreateLogStream: onStream('CreateLogStream'),
  DeleteLogStream: onStream('DeleteLogStream'),
  PutLogEvents: onStream('PutLogEvents'),
  GetLogEvents: onStream('GetLogEvents'),
};
