import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  paginateGetParametersByPath,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { stillClock } from '../../support/still-clock.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';

test('the public parameters name an Amazon Linux image that EC2 has', async () => {
  const { ssm, ec2 } = clients(await startSandbox());
  const Name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [Parameter?.Value ?? ''] }));
  expect(Images).toMatchObject([{ Architecture: 'arm64', State: 'available' }]);
  const wrong = new PutParameterCommand({ Name, Value: 'ami-1', Type: 'String', Overwrite: true });
  await expect(ssm.send(wrong)).rejects.toMatchObject({ name: 'ValidationException' });
});

test('parameters have versions, paths and pages', async () => {
  const { ssm } = clients(await startSandbox());
  const put = (Name: string, Value: string, Overwrite = false) =>
    ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite }));
  for (const name of ['/app/a', '/app/b', '/app/deep/c']) await put(name, name);
  await expect(put('/app/a', 'x')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect(await put('/app/a', 'second', true)).toMatchObject({ Version: 2 });
  const value = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
  expect([await value('/app/a'), await value('/app/a:1')]).toEqual(['second', '/app/a']);
  const several = await ssm.send(new GetParametersCommand({ Names: ['/app/b', '/none'] }));
  expect([several.Parameters?.length, several.InvalidParameters]).toEqual([1, ['/none']]);
  const pages: number[] = [];
  const path = { Path: '/app', Recursive: true };
  for await (const { Parameters } of paginateGetParametersByPath({ client: ssm, pageSize: 2 }, path)) {
    pages.push(Parameters?.length ?? 0);
  }
  expect(pages).toEqual([2, 1]);
  await ssm.send(new DeleteParameterCommand({ Name: '/app/a' }));
  await expect(value('/app/a')).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

async function startLogs() {
  const clock = stillClock();
  const { logs } = clients(await startSandbox({ clock }));
  const logGroupName = '/app/production';
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  for (const logStreamName of ['i-1', 'i-2'])
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const put = (logStreamName: string, ...logEvents: [agoMs: number, message: string][]) =>
    logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: logEvents.map(([agoMs, message]) => ({ timestamp: clock.now() - agoMs, message })),
      }),
    );
  return { clock, logs, logGroupName, put };
}

test('a log is read to its end and goes on from there', async () => {
  const { logs, logGroupName, put } = await startLogs();
  await put('i-1', [3, 'one'], [2, 'two'], [1, 'three']);
  const read = async (nextToken?: string) => {
    const wanted = { logGroupName, logStreamName: 'i-1', startFromHead: true, limit: 2, nextToken };
    const { events, nextForwardToken } = await logs.send(new GetLogEventsCommand(wanted));
    return { messages: events?.map(({ message }) => message), next: nextForwardToken };
  };
  const first = await read();
  const second = await read(first.next);
  const third = await read(second.next);
  expect([first.messages, second.messages, third.messages]).toEqual([['one', 'two'], ['three'], []]);
  expect(third.next).toBe(second.next);
  await put('i-1', [0, 'four']);
  expect((await read(third.next)).messages).toEqual(['four']);
  const filtered = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern: '"t" -three' }));
  expect(filtered.events).toMatchObject([{ message: 'two', logStreamName: 'i-1' }]);
});

test('events out of order are refused, too old ones left out, expired ones forgotten', async () => {
  const { clock, logs, logGroupName, put } = await startLogs();
  await expect(put('i-1', [1, 'late'], [2, 'early'])).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(put('none', [1, 'x'])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const dayMs = 24 * 3600 * 1000;
  const answer = await put('i-1', [14 * dayMs + 1, 'old'], [14 * dayMs - 1000, 'kept']);
  expect(answer.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
  const retain = (retentionInDays: number) =>
    logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
  await expect(retain(2)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await put('i-2', [0, 'new']);
  await retain(14);
  clock.skip(dayMs);
  const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
  expect(events?.map(({ message }) => message)).toEqual(['new']);
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/app' }));
  expect(logGroups).toMatchObject([{ logGroupName, retentionInDays: 14 }]);
  const newest = { logGroupName, orderBy: 'LastEventTime' as const, descending: true };
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand(newest));
  expect(logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(['i-2', 'i-1']);
});
