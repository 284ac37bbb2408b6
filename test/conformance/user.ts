import { createHash } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { PutImageCommand } from '@aws-sdk/client-ecr';
import { DescribeTargetGroupsCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type Dockerode from 'dockerode';
import { deploy, type DeployResult } from '../../pipeline/commands/deploy.ts';
import { rollback } from '../../pipeline/commands/rollback.ts';
import { status, type Status } from '../../pipeline/commands/status.ts';
import type { Aws, Clock, Context } from '../../pipeline/core/context.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { playedDocker } from '../support/played-docker.ts';
import { startStory } from '../support/story.ts';
import { connectTo } from './worlds.ts';

/** A user with an app at somebody else's AWS. */
export interface User extends AsyncDisposable {
  aws: Aws;
  edit(line: string): Promise<void>;
  settings(value: unknown): Promise<void>;
  deploy(): Promise<DeployResult>;
  rollback(to: string): Promise<DeployResult>;
  status(): Promise<Status>;
}

/** Fifty seconds pass in one: bakes and rolls are played at once, only the pipeline's own pauses are left. */
function quickClock(): Clock {
  const [start, pace] = [Date.now(), 50];
  return {
    now: () => start + (Date.now() - start) * pace,
    sleep: async (ms, signal) => {
      await sleep(ms / pace, undefined, signal && { signal });
    },
  };
}

/** Sits a user down before an AWS: the product's own clients at `endpoint`; `emulator` are clients for what is played. */
export async function seatUser(endpoint: string, emulator: Aws): Promise<User> {
  const story = await startStory();
  const aws = await connectTo(endpoint);
  const ctx: Context = {
    ...story.ctx,
    aws,
    clock: quickClock(),
    docker: dockerAt(emulator),
    http: () => askFleet(emulator),
  };
  return {
    aws,
    edit: (line) => story.edit(line),
    settings: (value) => story.settings(value),
    deploy: async () => deploy(ctx, await story.target(), { wait: true, bundle: path.join(story.app, 'bundle') }),
    rollback: async (to) => rollback(ctx, await story.target(), { wait: true, to }),
    status: async () => status(ctx, await story.target()),
    [Symbol.asyncDispose]: async () => {
      for (const client of Object.values(aws)) client.destroy();
      await story[Symbol.asyncDispose]();
    },
  };
}

/** Docker, played: what it pushes is an image without layers, put into the emulator's ECR. */
function dockerAt(emulator: Aws): Dockerode {
  const { docker } = playedDocker({} as Sandbox);
  const push = async (reference: string): Promise<Readable> => {
    const [, repositoryName = '', imageTag = ''] = /^[^/]+\/(.+):([^:]+)$/.exec(reference) ?? [];
    const imageManifest = manifestOf(imageTag);
    const { image } = await emulator.ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }));
    return Readable.from([`${JSON.stringify({ aux: { Digest: image?.imageId?.imageDigest } })}\n`]);
  };
  const known = docker.getImage.bind(docker);
  const getImage = (name: string) => Object.assign(known(name), { push: () => push(name) });
  return Object.assign(docker, { getImage });
}

const manifestOf = (tag: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      size: 2,
      digest: `sha256:${createHash('sha256').update(tag).digest('hex')}`,
    },
    layers: [],
  });

let turn = 0;

/** What the balancer would answer: the release of one healthy machine after the other. */
async function askFleet(emulator: Aws) {
  const { TargetGroups } = await emulator.elbv2.send(new DescribeTargetGroupsCommand({}));
  const { TargetGroupArn } = TargetGroups?.[0] ?? {};
  const { TargetHealthDescriptions = [] } = await emulator.elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn }),
  );
  const healthy = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy');
  const chosen = healthy[turn++ % Math.max(1, healthy.length)]?.Target?.Id;
  const { AutoScalingGroups = [] } = await emulator.autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  const machine = AutoScalingGroups.flatMap(({ Instances = [] }) => Instances).find((one) => one.InstanceId === chosen);
  if (!machine) return { status: 503, headers: {}, body: '' };
  return { status: 200, headers: {}, body: JSON.stringify({ release: `v${machine.LaunchTemplate?.Version}` }) };
}
