import type { Change } from './act.ts';
import type { Target } from './target.ts';

/** Steps of a deploy that change something, in their order. */
export type PlanStage = 'foundation' | 'bundle' | 'image' | 'ami' | 'release' | 'fleet';

/**
 * How long steps take on AWS, in minutes: rules of thumb for a small app. A balancer is `provisioning` for two to three
 * minutes, an npm install without a cache takes as long, a snapshot of a few GiB a little more.
 */
const usual = { balancer: 3, bundle: 3, image: 4, ami: 5, start: 2 };

/** Minutes of one step; 0 for what is a few quick calls. */
export function minutesOf(stage: PlanStage, changes: readonly Change[], target: Target, machines: number): number {
  const does = (call: string) => changes.some(({ calls }) => calls.includes(call));
  const isMade = changes.some(({ action }) => action === 'create');
  const minutes: Record<PlanStage, () => number> = {
    foundation: () => (does('elasticloadbalancing:CreateLoadBalancer') ? usual.balancer : 0),
    bundle: () => (isMade ? usual.bundle : 0),
    image: () => (isMade ? usual.image : 0),
    ami: () => (isMade ? usual.ami : 0),
    release: () => 0,
    fleet: () => {
      if (changes.some(({ action }) => action === 'move')) return rollMinutes(target, machines);
      return does('autoscaling:CreateAutoScalingGroup') ? usual.start : 0;
    },
  };
  return minutes[stage]();
}

/** The foundation is made beside the others. */
export function minutesTogether(of: Readonly<Record<PlanStage, number>>): number {
  return Math.max(of.foundation, of.bundle + of.image) + of.ami + of.release + of.fleet;
}

/** Each batch: machines start, then old ones drain. Checkpoints and the watch at the end on top. */
export function rollMinutes({ rollout, balancer }: Target, machines: number): number {
  const batches = Math.ceil(machines / Math.max(1, batchOf(machines, rollout.batch)));
  const pauses = rollout.checkpoints.length * rollout.checkpointDelaySeconds + rollout.bakeSeconds;
  return Math.ceil(batches * (usual.start + balancer.deregistrationDelaySeconds / 60) + pauses / 60);
}

/** How many machines are new at a time: all of a small fleet, a quarter of a larger one, or what is asked for. */
export const batchOf = (machines: number, batch?: number): number =>
  Math.min(machines, batch ?? (machines <= 6 ? machines : Math.ceil(machines / 4)));
