import { CreateTopicCommand, DeleteTopicCommand, GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import type { Bench } from '../bench.ts';

/** What failures are told to. */
export async function topics({ aws: { sns }, call }: Bench): Promise<void> {
  const Name = 'alarms';
  const TopicArn = `arn:aws:sns:us-east-1:123456789012:${Name}`;
  const look = (arn: string) => sns.send(new GetTopicAttributesCommand({ TopicArn: arn }));
  await call('new', () => sns.send(new CreateTopicCommand({ Name })));
  await call('one that is there', () => sns.send(new CreateTopicCommand({ Name })));
  await call('bad name', () => sns.send(new CreateTopicCommand({ Name: 'a b' })));
  await call('one that is there', async () => {
    const { Attributes = {} } = await look(TopicArn);
    return {
      owner: Attributes['Owner'],
      arn: Attributes['TopicArn'],
      subscribed: Attributes['SubscriptionsConfirmed'],
    };
  });
  await call('no ARN', () => look(Name));
  await call('one that is not there', () => look(`${TopicArn}-two`));
  await call('one that is there', () => sns.send(new DeleteTopicCommand({ TopicArn })));
  await call('one that is gone', () => look(TopicArn));
}
