import type * as client from '@aws-sdk/client-cloudwatch-logs';
import * as groups from './logs/groups.ts';
import { putLogEvents } from './logs/put-events.ts';
import { filterLogEvents, getLogEvents } from './logs/read-events.ts';
import type { Operations, Service } from './service.ts';
import { logsNeeds } from './logs/needs.ts';

const operations: Operations<typeof client> = {
  CreateLogGroup: groups.createLogGroup,
  DeleteLogGroup: groups.deleteLogGroup,
  DescribeLogGroups: groups.describeLogGroups,
  PutRetentionPolicy: groups.putRetentionPolicy,
  DeleteRetentionPolicy: groups.deleteRetentionPolicy,
  TagResource: groups.tagResource,
  ListTagsForResource: groups.listTagsForResource,
  CreateLogStream: groups.createLogStream,
  DeleteLogStream: groups.deleteLogStream,
  DescribeLogStreams: groups.describeLogStreams,
  PutLogEvents: putLogEvents,
  GetLogEvents: getLogEvents,
  FilterLogEvents: filterLogEvents,
};

/** CloudWatch Logs. */
export const logs: Service = {
  signingName: 'logs',
  protocol: 'json',
  load: () => import('@aws-sdk/client-cloudwatch-logs'),
  operations,
  needs: logsNeeds,
};
