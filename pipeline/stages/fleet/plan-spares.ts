import { creation, type Change } from '../../core/act.ts';
import { namesOf } from '../../core/names.ts';
import type { World } from '../../core/observe.ts';
import type { ReleaseName } from '../../core/release.ts';
import { servingSpares, wantedSpares, whyNoSpares, type Spares } from '../../core/spares.ts';
import type { Target } from '../../core/target.ts';

/** What decides over the machines in reserve. */
export interface SparesGoal {
  world: World;
  spares: Spares[];
  /** Whether the fleet moves: then the release that is live now is the one to keep. */
  moves: boolean;
  now: number;
}

/** What `settleSpares` would do after the roll. Pure. */
export function spareChanges(target: Target, { world, spares, moves, now }: SparesGoal): Change[] {
  const minutes = target.rollout.keepPreviousMinutes;
  const wanted = moves ? keptAfterMove(world, minutes) : wantedSpares(world, minutes, now)?.release.name;
  const present = spares.filter(({ isLeaving }) => !isLeaving);
  const isKept = (one: Spares) => one.release === wanted && whyNoSpares(one, world, now) === undefined;
  const removals = present
    .filter((one) => !isKept(one))
    .map((one) => removal(one, whyNoSpares(one, world, now) ?? 'are replaced'));
  const isThere = wanted === undefined || present.some(isKept);
  return isThere ? removals : [...removals, addition(target, wanted, world)];
}

const keptAfterMove = ({ fleet }: World, minutes: number): ReleaseName | undefined =>
  fleet && fleet.desired > 0 && minutes > 0 ? fleet.live : undefined;

const removal = (spares: Spares, why: string): Change => ({
  action: 'delete',
  what: `machines of ${spares.release} in reserve`,
  why: `they ${why}`,
  calls: [
    ...(servingSpares(spares).length > 0 ? ['ec2:CreateTags', 'elasticloadbalancing:DeregisterTargets'] : []),
    'autoscaling:DeleteAutoScalingGroup',
  ],
});

/** They cost as much as the fleet while they last. */
function addition(target: Target, release: ReleaseName, { fleet }: World): Change {
  const minutes = target.rollout.keepPreviousMinutes;
  const what = `group ${namesOf(target).spareGroup(release)}`;
  const calls = ['autoscaling:PutScheduledUpdateGroupAction', 'autoscaling:UpdateAutoScalingGroup'];
  const made = creation(what, 'autoscaling:CreateAutoScalingGroup', []);
  const billed = `${fleet?.desired ?? 0} ${target.instance.type} keep ${release} in reserve for ${minutes} minutes, and are billed`;
  return { ...made, why: billed, calls: [...made.calls, ...calls] };
}
