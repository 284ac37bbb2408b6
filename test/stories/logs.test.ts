import { CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import { destroy } from '../../pipeline/commands/destroy.ts';
import { logs, type LogsOptions } from '../../pipeline/commands/logs.ts';
import { plan } from '../../pipeline/commands/plan.ts';
import { releases } from '../../pipeline/commands/releases.ts';
import { status } from '../../pipeline/commands/status.ts';
import { deployerTargets, makeDeployer } from '../support/deployer.ts';
import { startStory, type Story } from '../support/story.ts';

const logGroupName = '/redeploy/shop/production';
const minute = 60_000;

/** What a machine ships, `agoMs` after it was printed. */
async function ship(story: Story, logStreamName: string, message: string, agoMs = 0): Promise<void> {
  const { logs: client } = story.account;
  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName })).catch(() => undefined);
  const logEvents = [{ timestamp: story.clock.now() - agoMs, message }];
  await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

async function read(story: Story, options: Partial<LogsOptions> = {}, ctx = story.ctx): Promise<string[]> {
  const lines: string[] = [];
  const onLine: LogsOptions['onLine'] = ({ release, machine, line }) => lines.push(`${release} ${machine} ${line}`);
  const all = { backMs: 60 * minute, lines: 100, isFollowing: false, onLine, ...options };
  await story.clock.run(async () => logs(ctx, await story.target(), all));
  return lines.filter((line) => line.includes('i-a') || line.includes('i-b'));
}

test('logs show what the app printed on all machines, as its deployer may read it', async () => {
  await using story = await startStory();
  await expect(read(story)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('has no logs') as string,
  });
  await story.deploy();
  await story.clock.advance(3 * 60 * minute);
  await ship(story, 'v1/i-a', 'long ago', 2 * 60 * minute);
  await ship(story, 'v1/i-a', 'Error: "quoted" thing', 3 * minute);
  await ship(story, 'v2/i-b', 'second machine', 2 * minute);
  await ship(story, 'v1/i-a', 'last', minute);
  const [error, second, last] = ['v1 i-a Error: "quoted" thing', 'v2 i-b second machine', 'v1 i-a last'];
  expect(await read(story)).toEqual([error, second, last]);
  expect(await read(story, { lines: 1 })).toEqual([last]);
  expect(await read(story, { release: 'v2' })).toEqual([second]);
  expect(await read(story, { machine: 'i-a' })).toEqual([error, last]);
  expect(await read(story, { search: '"quoted"' })).toEqual([error]);
  expect(await read(story, { search: 'second m' })).toEqual([second]);

  const stop = new AbortController();
  const following = read(story, { isFollowing: true, lines: 1 }, { ...story.ctx, signal: stop.signal });
  await story.clock.run(async () => {
    await story.clock.sleep(10_000);
    await ship(story, 'v2/i-b', 'new');
    await story.clock.sleep(10_000);
    await ship(story, 'v1/i-a', 'late, of before', 12_000);
    await story.clock.sleep(2 * minute);
    await ship(story, 'v1/i-a', 'newest');
    await story.clock.sleep(10_000);
    stop.abort();
  });
  expect(await following).toEqual([last, 'v2 i-b new', 'v1 i-a late, of before', 'v1 i-a newest']);
});

test('the policy of those who only look is enough for status, releases, plan, logs and destroy', async () => {
  await using story = await startStory();
  await story.deploy();
  await makeDeployer(story.sandbox, await deployerTargets(story.app), ['viewer']);
  const target = await story.target();
  const looks = [
    status,
    releases,
    destroy,
    (ctx: Story['ctx']) => plan(ctx, target, { bundle: `${story.app}/bundle` }),
  ];
  for (const look of looks)
    expect(await story.clock.run(async () => void (await look(story.ctx, target)))).toBeUndefined();
  expect(await read(story)).toEqual([]);
});
