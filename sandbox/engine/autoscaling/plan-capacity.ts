import type { Action } from './actions.ts';
import { launchesFirst } from './judge-health.ts';
import { activeRefresh, counted } from './members.ts';
import type { View } from './members.ts';
import type { Group, Member } from './state.ts';

/** Brings the number of members to the desired capacity. What a refresh launches ahead of time is no surplus. */
export function planCapacity({ group, now }: View): Action[] {
  const members = counted(group);
  const standing = launchesFirst(group) ? members.filter(({ health }) => health === 'Healthy') : members;
  const missing = group.desired - standing.length;
  if (missing > 0) {
    if (group.suspended.includes('Launch') || now < (group.retryLaunchAt ?? 0)) return [];
    return [{ kind: 'launch', count: missing, cause: grow(standing.length, group.desired) }];
  }
  const stable = standing.filter(({ instanceId }) => !isToBeReplaced(group, instanceId));
  const surplus = stable.length - group.desired;
  if (surplus <= 0 || group.suspended.includes('Terminate')) return [];
  return chooseVictims(group, stable, surplus).map(({ instanceId }, index) => {
    const shrunk = `shrinking the capacity from ${stable.length - index} to ${stable.length - index - 1}`;
    const cause = `an instance was taken out of service in response to a difference between desired and actual capacity, ${shrunk}.`;
    return { kind: 'terminate', instanceId, cause };
  });
}

const grow = (from: number, to: number) =>
  `an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${from} to ${to}.`;

/** While a refresh rolls, its old instances are its own business. */
function isToBeReplaced(group: Group, instanceId: string): boolean {
  const refresh = activeRefresh(group);
  return refresh !== undefined && refresh.status !== 'Cancelling' && refresh.toReplace.includes(instanceId);
}

/** Where to try to launch one more instance: the zone with the fewest first, then in the order of the group's subnets. */
export function subnetsByLoad(group: Group): Group['subnets'] {
  const load = (zone: string) => counted(group).filter((member) => member.zone === zone).length;
  return group.subnets.toSorted((a, b) => load(a.zone) - load(b.zone));
}

/**
 * Who goes when capacity shrinks: never protected instances; from the zone with the most; then by the termination policy,
 * by default the oldest launch template version, then the oldest instance.
 */
function chooseVictims(group: Group, members: Member[], count: number): Member[] {
  const left = members.filter((member) => !member.protected);
  const victims: Member[] = [];
  while (victims.length < count && left.length > 0) {
    const crowd = (zone: string) => left.filter((member) => member.zone === zone).length;
    const most = Math.max(...left.map(({ zone }) => crowd(zone)));
    const candidates = left.filter(({ zone }) => crowd(zone) === most).sort(compareBy(group.terminationPolicies));
    const [victim] = candidates;
    if (!victim) break;
    left.splice(left.indexOf(victim), 1);
    victims.push(victim);
  }
  return victims;
}

type Compare = (a: Member, b: Member) => number;
const version = ({ template }: Member) => Number(template.version);
const oldest: Compare = (a, b) => a.launchedAt - b.launchedAt;

function compareBy(policies: string[]): Compare {
  const [policy = 'Default'] = policies;
  if (policy === 'NewestInstance') return (a, b) => oldest(b, a);
  if (policy === 'OldestInstance') return oldest;
  return (a, b) =>
    Number(a.health === 'Healthy') - Number(b.health === 'Healthy') || version(a) - version(b) || oldest(a, b);
}
