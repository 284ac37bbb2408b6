import { paginateDescribeScalingActivities } from '@aws-sdk/client-auto-scaling';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeployResult } from '../../../pipeline/commands/deploy.ts';
import { freePort } from '../../support/free-port.ts';
import { startRealStory, type RealStory } from '../../support/real-story.ts';

export interface Move {
  what: string;
  from: string;
  to: string;
  startedAt: number;
  endedAt: number;
}

/** Opens the sample app, whose settings name the release that they are of. */
export async function openBench(name: string, deregistrationDelaySeconds: number): Promise<RealStory> {
  const story = await startRealStory(name, {
    fleet: { min: 1, desired: 2, max: 4 },
    balancer: { httpPort: await freePort(), deregistrationDelaySeconds },
    // Machines that share two cores with their visitors are slower than AWS's.
    health: { startSeconds: 300 },
  });
  await nameRelease(story, 'v1');
  return story;
}

export const nameRelease = (story: RealStory, release: string): Promise<void> =>
  writeFile(
    path.join(story.app, 'settings/production.json'),
    JSON.stringify({ public: { greeting: `bench-release-${release}` } }),
  );

/** Changes one line of the app's server code. */
export const changeCode = (story: RealStory, release: string): Promise<void> =>
  story.edit('server/main.js', (text) => `${text}\n// ${release}\n`);

/** Does one deploy or rollback and notes when it was. */
export async function make(story: RealStory, from: string, what: string, ...command: string[]): Promise<Move> {
  const startedAt = Date.now();
  const { release } = await story.ask<DeployResult>(...command);
  return { what, from, to: release, startedAt, endedAt: Date.now() };
}

/** When Auto Scaling began to take machines out, by id: the balancer stops sending to them at that moment. */
export async function findDrains({ aws }: RealStory): Promise<Map<string, number>> {
  const drains = new Map<string, number>();
  for await (const { Activities = [] } of paginateDescribeScalingActivities({ client: aws.autoScaling }, {})) {
    for (const { Description = '', StartTime } of Activities) {
      const machine = /^(?:Terminating EC2 instance|Moving EC2 instance to Standby): (i-\w+)/.exec(Description)?.[1];
      if (machine !== undefined && StartTime) drains.set(machine, StartTime.getTime());
    }
  }
  return drains;
}
