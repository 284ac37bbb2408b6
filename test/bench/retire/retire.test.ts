import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeAddressesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { DeployResult } from '../../../pipeline/commands/deploy.ts';
import { openBench } from '../rollout/moves.ts';
import { debianProgram } from '../../support/debian-program.ts';
import { eventually, type RealStory } from '../../support/real-story.ts';
import { buildOldWorld, type OldWorld } from './old-world.ts';
import { host } from '../../support/old-machine.ts';
import { openUsers } from './users.ts';

// `npm run bench:retire`: the whole way from Debian's HAProxy on one machine to none, with everybody there: nobody may notice. It takes
// minutes of two cores; `npm test` has its parts.

/** What the user writes into redeploy.json; only the times are shorter than anybody's should be. */
const describeOld = (story: RealStory, world: OldWorld, port: number): Promise<void> =>
  story.edit('redeploy.json', (text) => {
    const retire = {
      kind: 'ec2',
      tag: 'Name=old-balancer',
      httpPort: port,
      hostnames: [host],
      appServers: world.appServers,
      resolvers: [story.resolver],
      shiftPercents: [50, 100],
      shiftPauseSeconds: 10,
      closeSeconds: 5,
      soakHours: 0.003,
      isWeekly: false,
      stoppedHours: 0,
      accept: [
        {
          difference: '* cookies',
          reason: 'HAProxy keeps its visitors by SERVERID, the balancer by a cookie of its own',
        },
        { difference: 'tag sandbox:proxy-protocol', reason: 'is for the sandbox, which has it from this test' },
      ],
    };
    return JSON.stringify({ ...(JSON.parse(text) as object), retire }, undefined, 2);
  });

const haproxy = await debianProgram('haproxy');
/** Fifteen commands, each a process of its own, beside whatever else this computer does. */
const limits = { timeout: 15 * 60_000 };

test('HAProxy is retired under load, the forgotten webhook found first', limits, async () => {
  await using story = await openBench('retire', 5);
  const { url, release } = await story.ask<DeployResult>('deploy');
  const port = Number(new URL(url).port);
  await using world = await buildOldWorld(story, haproxy.root, { host: new URL(url).hostname, port });
  await describeOld(story, world, port);
  await using users = await openUsers({ host, address: world.address, port }, story.resolver);
  const { clients, visitors, webhook, page } = users;
  const here = () => clients.stays.filter(({ untilMs }) => untilMs === undefined);
  const releaseInPage = async () => (await page?.textContent('#release'))?.trim();
  const say = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await story.run(...args);
    expect(exitCode, `redeploy ${args.join(' ')}\n${stderr}`).toBe(0);
    return stdout;
  };
  expect(here().map((stay) => stay.release)).toEqual(Array.from({ length: 100 }, () => 'development'));
  await page?.waitForSelector('#connection.connected');

  expect(await say('retire', 'plan')).not.toContain('explains nothing');
  expect(await say('cutover')).toContain('100 % on the new load balancer');
  expect(await say('retire', 'forward')).toContain('the old machine forwards');
  await eventually('every client at the new fleet', async () => {
    const now = here();
    return now.length === 100 && now.every((stay) => stay.release === release) ? true : undefined;
  });
  if (page) await eventually('the browser, too', async () => ((await releaseInPage()) === release ? true : undefined));

  const caller = `${webhook.source} asking for ${world.address}, last at `;
  expect(await say('retire', 'watch', '--once')).toContain(caller);
  const refused = await story.run('retire', 'stop');
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(caller) as string });

  webhook.calls = 'the name';
  await eventually('nobody to come', async () =>
    (await say('retire', 'watch', '--once')).startsWith('nobody has come since') ? true : undefined,
  );
  await say('retire', 'stop');
  await say('retire', 'snapshot');
  await say('retire', 'terminate', '--confirm', 'old-balancer');
  const last = await say('retire', 'release-ip', '--confirm', world.address);
  expect(last).toContain('the old load balancer is retired');

  await page?.reload();
  await page?.waitForSelector('#connection.connected');
  if (page) await eventually('the page', async () => ((await releaseInPage()) === release ? true : undefined));
  const { AutoScalingGroups = [] } = await story.aws.autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  const fleet = AutoScalingGroups.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));
  expect(fleet).toEqual(expect.arrayContaining(here().map(({ machine }) => machine)));
  await users[Symbol.asyncDispose]();
  expect(visitors.visits.filter(({ failure }) => failure !== undefined)).toEqual([]);
  expect(visitors.visits.length).toBeGreaterThan(500);
  expect(clients.refusals).toEqual([]);
  expect(webhook).toMatchObject({ failures: [] });
  expect(webhook.answered).toBeGreaterThan(50);
  await expectGone(story, world);
});

async function expectGone({ aws: { ec2 } }: RealStory, { machine }: OldWorld): Promise<void> {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [machine] }));
  expect(Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe('terminated');
  expect((await ec2.send(new DescribeAddressesCommand({}))).Addresses).toEqual([]);
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  expect(Images.map(({ Name }) => Name)).toContain(`retire-production-old-balancer-${machine}`);
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  expect(SecurityGroups.map(({ GroupName }) => GroupName)).not.toContain('old-balancer');
}
