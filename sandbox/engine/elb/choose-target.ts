import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { IncomingMessage } from 'node:http';
import type { Engine } from '../engine.ts';
import { forwardGroups } from './in-use.ts';
import { runtimeOf } from './runtime.ts';
import type { Target, TargetGroup } from './state.ts';
import { stick, stuckTo } from './sticky.ts';
import { usableTargets } from './target-health.ts';
import { targetKey } from './targets.ts';

export interface Choice {
  group: TargetGroup;
  target: Target;
  key: string;
  /** Set-Cookie lines that go with the answer. */
  cookies: string[];
}

/** Decides which target answers a request; undefined when the group has none that may (then 503). */
export function chooseTarget(engine: Engine, action: Action, request: IncomingMessage): Choice | undefined {
  const cookies: string[] = [];
  const group = chooseGroup(engine, action, request, cookies);
  if (!group) return undefined;
  const open = candidates(engine, group);
  const target = stuckTarget(engine, group, open, request) ?? nextTarget(engine, group, open);
  if (!target) return undefined;
  const key = targetKey(target);
  if (group.attributes['stickiness.enabled'] === 'true') {
    const durationSeconds = Number(group.attributes['stickiness.lb_cookie.duration_seconds'] ?? 86_400);
    cookies.push(...stick('AWSALB', `${group.arn} ${key}`, { now: engine.clock.now(), durationSeconds }));
  }
  return { group, target, key, cookies };
}

/** Healthy targets; when none is, all that are not on their way out: the balancer fails open. */
function candidates(engine: Engine, group: TargetGroup): Target[] {
  const usable = usableTargets(engine, group);
  const healthy = usable.filter(({ state }) => state === 'healthy');
  return healthy.length > 0 ? healthy : usable;
}

function stuckTarget(engine: Engine, group: TargetGroup, open: Target[], request: IncomingMessage): Target | undefined {
  if (group.attributes['stickiness.enabled'] !== 'true') return undefined;
  const wanted = stuckTo(request, 'AWSALB', engine.clock.now());
  return open.find((target) => `${group.arn} ${targetKey(target)}` === wanted);
}

function nextTarget(engine: Engine, group: TargetGroup, open: Target[]): Target | undefined {
  const { turns } = runtimeOf(engine);
  const turn = turns.get(group.arn) ?? 0;
  turns.set(group.arn, turn + 1);
  return open[turn % open.length];
}

/** By weight; a client that is stuck to a group stays with it as long as the group has weight. */
function chooseGroup(
  engine: Engine,
  action: Action,
  request: IncomingMessage,
  cookies: string[],
): TargetGroup | undefined {
  const groups = forwardGroups(action).filter(({ weight }) => weight > 0);
  const sticky = action.ForwardConfig?.TargetGroupStickinessConfig;
  if (!sticky?.Enabled) return engine.state.elb.targetGroups[weighted(groups) ?? ''];
  const now = engine.clock.now();
  const wanted = stuckTo(request, 'AWSALBTG', now);
  const arn = groups.find((group) => group.arn === wanted)?.arn ?? weighted(groups);
  if (arn) cookies.push(...stick('AWSALBTG', arn, { now, durationSeconds: sticky.DurationSeconds ?? 3600 }));
  return engine.state.elb.targetGroups[arn ?? ''];
}

function weighted(groups: { arn: string; weight: number }[]): string | undefined {
  let at = Math.random() * groups.reduce((sum, { weight }) => sum + weight, 0);
  return groups.find(({ weight }) => (at -= weight) < 0)?.arn ?? groups[0]?.arn;
}
