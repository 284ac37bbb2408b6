import { randomUUID } from 'node:crypto';
import type { DesiredConfiguration, RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import { resolveLaunchTemplate } from '../ec2/template.ts';
import type { Engine } from '../engine.ts';
import { isTerminating } from './members.ts';
import type { Group, Member, Mix, Refresh, TemplateRef } from './state.ts';

/** What a refresh is started with, already checked. */
export interface RefreshRequest {
  template: TemplateRef;
  mix?: Mix | undefined;
  desired?: DesiredConfiguration;
  preferences: RefreshPreferences;
}

/** Puts a refresh on record; the autoscaler takes it from there. One that has nothing to do succeeds at once. */
export function startRefresh(engine: Engine, group: Group, request: RefreshRequest): Refresh {
  const now = engine.clock.now();
  const toReplace = membersToReplace(engine, group, request);
  const refresh: Refresh = {
    id: randomUUID(),
    status: 'Pending',
    startedAt: now,
    ...request,
    previous: group.launchTemplate,
    previousMix: group.mix,
    toReplace,
    percent: 0,
    toUpdate: toReplace.length,
    ready: 0,
    left: toReplace.length,
    progressAt: now,
    checkpointsPassed: 0,
  };
  group.refreshes.push(refresh);
  if (request.preferences.SkipMatching && toReplace.length === 0) {
    changeRefresh(engine, group, refresh, { status: 'Successful', percent: 100, endedAt: now });
  }
  engine.save();
  return refresh;
}

/** Skip matching compares template, version and instance type of each instance, nothing else (asg-instance-refresh-skip-matching.html). */
function membersToReplace(engine: Engine, group: Group, { template, mix, preferences }: RefreshRequest): string[] {
  const matches = preferences.SkipMatching ? matcher(engine, template, mix) : () => false;
  return Object.values(group.members)
    .filter((member) => !isTerminating(member) && !matches(member) && !isIgnored(member, preferences))
    .map(({ instanceId }) => instanceId);
}

function isIgnored({ lifecycle, protected: isProtected }: Member, preferences: RefreshPreferences): boolean {
  if (isProtected && preferences.ScaleInProtectedInstances === 'Ignore') return true;
  return lifecycle.endsWith('Standby') && preferences.StandbyInstances === 'Ignore';
}

function matcher(engine: Engine, { id, version }: TemplateRef, mix: Mix | undefined): (member: Member) => boolean {
  const wanted = resolveLaunchTemplate(engine, { id, version });
  return ({ template, instanceType }) =>
    template.id === wanted.id &&
    template.version === String(wanted.version) &&
    (!mix?.types.length || mix.types.includes(instanceType));
}

/** Turns a refresh round: everything that is not of the group's saved configuration goes, by launching that again. */
export function beginRollback(engine: Engine, group: Group, refresh: Refresh, reason: string): void {
  const now = engine.clock.now();
  const matches = matcher(engine, refresh.previous, refresh.previousMix);
  const toReplace = Object.values(group.members)
    .filter((member) => !isTerminating(member) && !matches(member) && !isIgnored(member, refresh.preferences))
    .map(({ instanceId }) => instanceId);
  const mark = { percentAtStart: refresh.percent, leftAtStart: refresh.toUpdate, toReplace: toReplace.length };
  Object.assign(refresh, {
    status: 'RollbackInProgress',
    statusReason: reason,
    rollback: { reason, startedAt: now, ...mark },
    toReplace,
    ready: 0,
    left: toReplace.length,
    progressAt: now,
  } satisfies Partial<Refresh>);
  for (const key of ['endedAt', 'waitUntil', 'bakeUntil'] as const) delete refresh[key];
  engine.log(`group ${group.name}: rolling back to version ${refresh.previous.version}: ${reason}`);
  engine.save();
}

/** Writes a decided change: success saves the desired configuration in the group, failure may turn into a rollback. */
export function changeRefresh(engine: Engine, group: Group, refresh: Refresh, change: Partial<Refresh>): void {
  const before = refresh.status;
  Object.assign(refresh, change);
  if (refresh.statusReason === '') delete refresh.statusReason;
  if (refresh.status === before) return;
  engine.log(`group ${group.name}: instance refresh ${before} -> ${refresh.status}`);
  if (refresh.status === 'Successful' && refresh.desired) {
    Object.assign(group, { launchTemplate: refresh.template, mix: refresh.mix });
  }
  if (refresh.status === 'Failed' && refresh.preferences.AutoRollback) {
    beginRollback(engine, group, refresh, refresh.statusReason ?? 'The instance refresh failed.');
  }
  engine.save();
}
