import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { BatchGetImageCommand, DescribeImagesCommand as DescribeEcrImagesCommand } from '@aws-sdk/client-ecr';
import type { ListedRelease } from '../../../pipeline/commands/releases.ts';
import type { Status } from '../../../pipeline/commands/status.ts';
import type { RealStory } from '../../support/real-story.ts';

/** The world as the product tells it and as AWS tells it, side by side. */
export async function look(story: RealStory) {
  const [status, { live, releases }, group] = await Promise.all([
    story.ask<Status>('status'),
    story.ask<{ live: string; releases: ListedRelease[] }>('releases'),
    findGroup(story),
  ]);
  return {
    told: {
      live: status.live?.name,
      machines: status.machines.map(({ release, lifecycle, health }) => `${release} ${lifecycle} ${health}`),
      releases: releases.map(({ name, mark }) => (mark ? `${name} ${mark}` : name)),
      halfMade: status.halfMade,
    },
    agrees:
      live === status.live?.name &&
      `v${group?.LaunchTemplate?.Version}` === live &&
      status.machines.map(({ id }) => id).join() === group?.Instances?.map(({ InstanceId }) => InstanceId).join(),
    url: status.url ?? '',
    machines: status.machines.map(({ id }) => id),
  };
}

/** The group's machines and how the balancer finds them: `[i-…, 'healthy']`, oldest first. */
export async function fleetOf(story: RealStory): Promise<[id: string, health: string][]> {
  const group = await findGroup(story);
  const { elbv2 } = story.aws;
  const seen = await elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: group?.TargetGroupARNs?.[0] }));
  const healthOf = new Map(seen.TargetHealthDescriptions?.map((one) => [one.Target?.Id, one.TargetHealth?.State]));
  return (group?.Instances ?? []).map(({ InstanceId = '' }) => [InstanceId, healthOf.get(InstanceId) ?? 'unknown']);
}

/** What the product has to say when everything is well. */
export const allWell = (live: string, releases: string[], machines = [live, live]) => ({
  live,
  machines: machines.map((release) => `${release} InService healthy`),
  releases,
  halfMade: [],
});

async function findGroup({ aws }: RealStory) {
  const { AutoScalingGroups } = await aws.autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  return AutoScalingGroups?.[0];
}

/** All that builds and bakes leave, whatever became of it: images in the registry, AMIs, builders. */
export async function makings({ aws }: RealStory, repositoryName: string) {
  const [{ imageDetails = [] }, { Images = [] }, builders] = await Promise.all([
    aws.ecr.send(new DescribeEcrImagesCommand({ repositoryName })),
    aws.ec2.send(new DescribeImagesCommand({ Owners: ['self'] })),
    findBuilders(aws),
  ]);
  return {
    images: imageDetails.map(({ imageDigest }) => imageDigest),
    amis: Images.map(({ ImageId }) => ImageId),
    builders: builders.map(({ InstanceId }) => InstanceId),
  };
}

/** Builders of all times; AWS shows terminated machines for an hour. */
export async function findBuilders(aws: RealStory['aws']) {
  const filter = { Name: 'tag:redeploy:role', Values: ['builder'] };
  const { Reservations = [] } = await aws.ec2.send(new DescribeInstancesCommand({ Filters: [filter] }));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

/** Blobs of an image in the registry with their sizes: its config and its layers, in order. */
export async function blobsOf({ aws }: RealStory, repositoryName: string, imageDigest: string) {
  const { images } = await aws.ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest }] }));
  const { config, layers } = JSON.parse(images?.[0]?.imageManifest ?? '') as {
    config: { digest: string; size: number };
    layers: { digest: string; size: number }[];
  };
  return { config, layers };
}

export const bytesOf = (blobs: { size: number }[]): number => blobs.reduce((sum, { size }) => sum + size, 0);
