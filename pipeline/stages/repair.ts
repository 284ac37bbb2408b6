import { ResumeProcessesCommand } from '@aws-sdk/client-auto-scaling';
import {
  DeleteLaunchTemplateVersionsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import type { Context } from '../core/context.ts';
import { leftText } from '../core/duration.ts';
import { DeployError } from '../core/errors.ts';
import { namesOf } from '../core/names.ts';
import { observe, type World } from '../core/observe.ts';
import { halfMadeText, type HalfMade } from '../core/observe/half-made.ts';
import { findSpares } from '../core/observe/spares.ts';
import type { ReleaseName } from '../core/release.ts';
import { servingSpares } from '../core/spares.ts';
import type { Target } from '../core/target.ts';
import { removeGroup } from './fleet/group.ts';
import { removeSpares } from './fleet/spares.ts';
import { allHealthy } from './fleet/watch.ts';
import { rollFleet } from './fleet.ts';

/** What became of a half-made thing: what was done, or why it was left alone. */
export type Repaired = { done: string } | { left: string };

type Of<K extends HalfMade['kind']> = Extract<HalfMade, { kind: K }>;

interface Repair {
  ctx: Context;
  target: Target;
  world: World;
}

const repairs: { [K in HalfMade['kind']]: (repair: Repair, thing: Of<K>) => Promise<Repaired> } = {
  deleting: async ({ ctx, target }) => {
    await removeGroup(ctx, target);
    return { done: `the group ${namesOf(target).group} is deleted` };
  },
  suspended: async ({ ctx, target }, { processes }) => {
    const request = { AutoScalingGroupName: namesOf(target).group, ScalingProcesses: processes };
    await ctx.aws.autoScaling.send(new ResumeProcessesCommand(request));
    return { done: `resumed ${processes.join(', ')}` };
  },
  roll: followRoll,
  mixed: (repair, { live }) => bringTo(repair, live),
  builder: removeBuilder,
  image: removeImage,
  snapshot: async ({ ctx }, { id }) => {
    await ctx.aws.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
    return { done: `deleted snapshot ${id}` };
  },
  version: async ({ ctx, target }, { number }) => {
    const request = { LaunchTemplateName: namesOf(target).launchTemplate, Versions: [String(number)] };
    await ctx.aws.ec2.send(new DeleteLaunchTemplateVersionsCommand(request));
    return { done: `deleted launch template version ${number}` };
  },
  settings: async ({ ctx, target }, { version, label }) => {
    const request = { SecretId: namesOf(target).secret, VersionStage: label, RemoveFromVersionId: version };
    await ctx.aws.secretsManager.send(new UpdateSecretVersionStageCommand(request));
    return { done: `forgot settings ${version.slice(0, 8)}` };
  },
  spares: removeUselessSpares,
  balancer: async (_, thing) => ({ left: halfMadeText(thing) }),
};

/** Removes or completes one half-made thing. What is gone meanwhile is refused by AWS. */
export function repairOne<K extends HalfMade['kind']>(repair: Repair, thing: Of<K>): Promise<Repaired> {
  return repairs[thing.kind](repair, thing);
}

/** Watches a roll as the deploy that began it would: to its end, or back when its release is bad. */
async function followRoll(repair: Repair, { to }: Of<'roll'>): Promise<Repaired> {
  const isBack = repair.world.rolls.some(
    (roll) => roll.status === 'RollbackInProgress' || roll.status === 'Cancelling',
  );
  const goal = isBack ? repair.world.fleet?.live : to;
  return goal === undefined ? { left: 'the roll under way is to no release of ours' } : await bringTo(repair, goal);
}

async function bringTo({ ctx, target, world }: Repair, name: ReleaseName): Promise<Repaired> {
  const release = world.releases.find((one) => one.name === name);
  if (!release) return { left: `${name} is not a release any more: deploy, or roll back to one that is` };
  try {
    await rollFleet(ctx, target, { release, wait: true });
    return { done: `all machines run ${name}` };
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'release') throw error;
    return { done: `took ${name} back: ${error.message}` };
  }
}

/** A young builder may be at work for somebody. */
async function removeBuilder({ ctx, target }: Repair, { id, launchedAt }: Of<'builder'>): Promise<Repaired> {
  const leftMs = (launchedAt?.getTime() ?? 0) + target.bake.timeoutSeconds * 1000 - ctx.clock.now();
  if (leftMs > 0) {
    return {
      left: `builder ${id} may be at work for a deploy; in ${leftText(leftMs)} \`redeploy repair\` removes it`,
    };
  }
  await ctx.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  return { done: `terminated builder ${id}` };
}

/** Those that serve stay while the group cannot do without them. */
async function removeUselessSpares({ ctx, target }: Repair, { group }: Of<'spares'>): Promise<Repaired> {
  const world = await observe(ctx, target);
  const spares = (await findSpares(ctx, target, world)).find((one) => one.group === group);
  if (spares && servingSpares(spares).length > 0 && !('done' in allHealthy(world))) {
    return { left: `the machines of ${spares.release} in reserve serve, and those of the group are not healthy yet` };
  }
  if (spares) await removeSpares(ctx, target, world, spares);
  return { done: `ended the machines in reserve, ${group}` };
}

async function removeImage({ ctx }: Repair, thing: Of<'image'>): Promise<Repaired> {
  if (thing.state === 'pending') return { left: halfMadeText(thing) };
  await ctx.aws.ec2.send(new DeregisterImageCommand({ ImageId: thing.id, DeleteAssociatedSnapshots: true }));
  return { done: `deregistered AMI ${thing.id}, which was ${thing.state}` };
}
