import { counted, isReady, isTerminating, whyNotServing } from './members.ts';
import type { View } from './members.ts';
import type { Group, Member, Refresh } from './state.ts';

export interface RefreshView extends View {
  refresh: Refresh;
}

/** The group's members as a refresh sees them. */
export interface Sets {
  /** To be replaced, still in service or pending. */
  old: Member[];
  /** Of these, the ones that may be taken out: not held back by scale-in protection. */
  movable: Member[];
  /** New ones, and those that matched from the start. */
  fresh: Member[];
  /** Fresh ones that are healthy and warmed up. */
  ready: Member[];
  /** Old ones that are on their way out. */
  leaving: Member[];
  /** Old ones in Standby that have to come back (or go) first. */
  standby: Member[];
  /** Healthy members, old or ready: what the minimum healthy percentage counts. */
  available: number;
}

/** Seconds from InService until an instance counts (API_RefreshPreferences.html). */
export const warmupSeconds = (group: Group, { preferences }: Refresh): number =>
  preferences.InstanceWarmup ?? group.defaultWarmupSeconds ?? group.graceSeconds;

export function sortMembers(view: RefreshView): Sets {
  const { group, refresh } = view;
  const toGo = new Set(refresh.toReplace);
  const all = Object.values(group.members);
  const isOld = ({ instanceId }: Member) => toGo.has(instanceId);
  const old = counted(group).filter(isOld);
  const fresh = counted(group).filter((member) => !isOld(member));
  const ready = fresh.filter((member) => isReady(view, member, warmupSeconds(group, refresh)));
  const refreshesProtected = refresh.preferences.ScaleInProtectedInstances === 'Refresh';
  return {
    old,
    movable: old.filter((member) => refreshesProtected || !member.protected),
    fresh,
    ready,
    leaving: all.filter((member) => isOld(member) && isTerminating(member)),
    standby: all.filter((member) => isOld(member) && member.lifecycle.endsWith('Standby')),
    available: ready.length + old.filter((member) => isServing(view, member)).length,
  };
}

/** Warm-up is for new instances; one that is to go counts as soon as it serves. */
export const isServing = (view: View, member: Member): boolean => whyNotServing(view, member) === undefined;

/** How many instances a refresh must keep and may have, by its percentages (API_RefreshPreferences.html). */
export function bounds({ desired }: Group, { preferences }: Refresh): { min: number; max: number | undefined } {
  const { MinHealthyPercentage: min = 90, MaxHealthyPercentage: max } = preferences;
  return {
    min: Math.ceil((desired * min) / 100),
    max: max === undefined ? undefined : Math.floor((desired * max) / 100),
  };
}

/** How many instances may be new before the next checkpoint's delay; all of them without checkpoints. */
export function checkpointLimit({ desired }: Group, refresh: Refresh): number {
  if (refresh.rollback) return desired;
  const percent = nextCheckpoint(refresh) ?? refresh.preferences.CheckpointPercentages?.at(-1) ?? 100;
  return Math.max(Math.min(1, desired), Math.ceil((desired * percent) / 100));
}

export const nextCheckpoint = ({ preferences, checkpointsPassed }: Refresh): number | undefined =>
  preferences.CheckpointPercentages?.[checkpointsPassed];
