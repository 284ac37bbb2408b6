import { UpdateAutoScalingGroupCommand, type AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { changesOf, performAll, type Act, type Change } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { launchesOf, launchesTypes, typesText, versionOf } from '../../core/launches.ts';
import { namesOf } from '../../core/names.ts';
import { findGroup, findReleases } from '../../core/observe.ts';
import type { Release } from '../../core/release.ts';
import type { Target } from '../../core/target.ts';

/**
 * A group that follows `$Latest` or `$Default` (somebody used the console) cannot be rolled back, and says nothing of what is
 * live (API_RollbackInstanceRefresh.html): names the number that most of its machines run.
 */
export async function pinVersion(ctx: Context, target: Target): Promise<void> {
  const group = await findGroup(ctx, namesOf(target).group);
  if (!group || versionToPin(group) === undefined) return;
  await performAll(ctx, pinActs(target, group, await findReleases(ctx, target)));
}

/** What `pinVersion` does, and the version that is pinned then. */
export function pinChanges(
  target: Target,
  group: AutoScalingGroup,
  releases: readonly Release[],
): { changes: Change[]; version: number } {
  const version = Number(versionToPin(group) ?? versionOf(group));
  return { changes: changesOf(pinActs(target, group, releases)), version };
}

function versionToPin(group: AutoScalingGroup): string | undefined {
  const version = versionOf(group);
  if (version === undefined || /^\d+$/.test(version)) return undefined;
  const running = (group.Instances ?? []).map((instance) => instance.LaunchTemplate?.Version ?? '');
  const count = (one: string) => running.filter((other) => other === one).length;
  return running.toSorted((a, b) => count(b) - count(a))[0];
}

function pinActs(target: Target, group: AutoScalingGroup, releases: readonly Release[]): Act[] {
  const most = versionToPin(group);
  if (most === undefined) return [];
  const why = `it follows ${versionOf(group)}, which cannot be rolled back; most machines run v${most}`;
  const release = releases.find(({ number }) => number === Number(most));
  const types = release?.types ?? typesOf(group);
  return [launchesAct(target, group, { number: Number(most), types }, { part: 'version', why })];
}

const typesOf = ({ MixedInstancesPolicy: policy }: AutoScalingGroup): string[] =>
  (policy?.LaunchTemplate?.Overrides ?? []).flatMap(({ InstanceType }) => InstanceType ?? []);

/** For a fleet that does not move: a roll brings the types of its release along. */
export async function restoreTypes(ctx: Context, target: Target, release: Release): Promise<void> {
  const group = await findGroup(ctx, namesOf(target).group);
  await performAll(ctx, group ? typeActs(target, group, release) : []);
}

/** What `restoreTypes` does. */
export const typeChanges = (target: Target, group: AutoScalingGroup, release: Release): Change[] =>
  changesOf(typeActs(target, group, release));

function typeActs(target: Target, group: AutoScalingGroup, release: Release): Act[] {
  if (launchesTypes(group, release.types)) return [];
  const why = `somebody changed them, ${release.name} is for ${typesText(release.types)}`;
  return [launchesAct(target, group, release, { part: 'instance types', why })];
}

function launchesAct(
  target: Target,
  group: AutoScalingGroup,
  release: Pick<Release, 'number' | 'types'>,
  { part, why }: { part: string; why: string },
): Act {
  const { group: name } = namesOf(target);
  const launches = launchesOf(target, release, group.MixedInstancesPolicy !== undefined);
  const what = `${part} of Auto Scaling group ${name}`;
  return {
    change: { action: 'change', what, why, calls: ['autoscaling:UpdateAutoScalingGroup'] },
    perform: (ctx) =>
      ctx.aws.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, ...launches })),
  };
}
