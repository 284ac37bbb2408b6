import type * as client from '@aws-sdk/client-sns';
import type { Engine } from '../engine/engine.ts';
import type { Topic } from '../engine/sns/state.ts';
import { arnOf, need, tagsIn, type Needs } from './authorize/need.ts';
import { AwsError } from './error.ts';
import type { HandlerFor, Operations, Service } from './service.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

const invalid = (member: string, reason: string): AwsError =>
  new AwsError('InvalidParameter', `Invalid parameter: ${member} Reason: ${reason}`);

/** API_CreateTopic.html: letters, digits, underscores and hyphens, 256 at most; a FIFO topic's name ends with .fifo. */
const createTopic: For<'CreateTopic'> = ({ Name, Attributes = {}, Tags }, { engine }) => {
  const isFifo = Attributes['FifoTopic'] === 'true';
  if (Name.length > 256 || !(isFifo ? /^[\w-]+\.fifo$/ : /^[\w-]+$/).test(Name)) throw invalid('Topic Name', Name);
  const arn = arnOf(engine, 'sns', Name);
  const { topics } = engine.state.sns;
  const known = topics[arn];
  if (known && Object.entries(Attributes).some(([key, value]) => known.attributes[key] !== value))
    throw invalid('Attributes', 'Topic already exists with different attributes');
  topics[arn] ??= { arn, name: Name, attributes: Attributes, tags: tagsIn(Tags) };
  return { TopicArn: arn };
};

const getTopicAttributes: For<'GetTopicAttributes'> = ({ TopicArn }, { engine, caller }) => {
  const parts = TopicArn.split(':');
  if (parts.length < 6) throw invalid('TopicArn', `An ARN must have at least 6 elements, not ${parts.length}`);
  const topic = engine.state.sns.topics[TopicArn];
  if (topic) return { Attributes: attributesOf(engine, topic) };
  if (parts[4] === engine.state.account) throw new AwsError('NotFound', 'Topic does not exist', { status: 404 });
  // There is no other account here whose topic's policy could let anybody in.
  const message = `User: ${caller.arn} is not authorized to perform: SNS:GetTopicAttributes on resource: ${TopicArn} because no resource-based policy allows the SNS:GetTopicAttributes action`;
  throw new AwsError('AuthorizationError', message, { status: 403 });
};

const deleteTopic: For<'DeleteTopic'> = ({ TopicArn }, { engine }) => {
  // "Deleting a topic that does not exist does not result in an error" (API_DeleteTopic.html).
  delete engine.state.sns.topics[TopicArn];
};

const retries = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};

/** API_GetTopicAttributes.html; the policy of a new topic: its account may do everything. */
const attributesOf = ({ state }: Engine, { arn, attributes }: Topic): Record<string, string> => ({
  TopicArn: arn,
  Owner: state.account,
  Policy: JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['SNS:GetTopicAttributes', 'SNS:SetTopicAttributes', 'SNS:DeleteTopic', 'SNS:Subscribe', 'SNS:Publish'],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': state.account } },
      },
    ],
  }),
  DisplayName: '',
  SubscriptionsConfirmed: '0',
  SubscriptionsPending: '0',
  SubscriptionsDeleted: '0',
  EffectiveDeliveryPolicy: JSON.stringify({
    http: { defaultHealthyRetryPolicy: retries, disableSubscriptionOverrides: false },
  }),
  ...attributes,
});

const operations: Operations<typeof client> = {
  CreateTopic: createTopic,
  GetTopicAttributes: getTopicAttributes,
  DeleteTopic: deleteTopic,
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
const needs: Needs<typeof client> = {
  CreateTopic: ({ Name, Tags }, engine) => [
    need('sns:CreateTopic', { arn: arnOf(engine, 'sns', Name), requestTags: tagsIn(Tags) }),
  ],
  GetTopicAttributes: ({ TopicArn }, { state }) => [
    need('sns:GetTopicAttributes', { arn: TopicArn, tags: state.sns.topics[TopicArn]?.tags ?? {} }),
  ],
  DeleteTopic: ({ TopicArn }, { state }) => [
    need('sns:DeleteTopic', { arn: TopicArn, tags: state.sns.topics[TopicArn]?.tags ?? {} }),
  ],
};

/** Simple Notification Service: topics there are, and nobody is told anything. */
export const sns: Service = {
  signingName: 'sns',
  protocol: 'query',
  load: () => import('@aws-sdk/client-sns'),
  operations,
  needs,
};
