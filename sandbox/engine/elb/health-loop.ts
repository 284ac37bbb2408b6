import type { Engine } from '../engine.ts';
import { judgeCheck } from './judge-check.ts';
import { probeTarget } from './probe.ts';
import { runtimeOf } from './runtime.ts';
import type { Target, TargetGroup } from './state.ts';
import { whyUnused } from './target-health.ts';
import { forgetDrained, targetKey } from './targets.ts';

/** Instances start and stop without telling us. */
const atMostMs = 5000;

/** Checks every target at its group's interval and ends deregistrations in time, until the sandbox closes. */
export async function runHealthLoop(engine: Engine): Promise<void> {
  const checking = new Set<string>();
  while (!engine.signal.aborted) {
    forgetDrained(engine);
    for (const group of Object.values(engine.state.elb.targetGroups)) {
      for (const target of Object.values(group.targets)) startCheckWhenDue(engine, { group, target, checking });
    }
    await sleepUntilDue(engine);
  }
}

interface Due {
  group: TargetGroup;
  target: Target;
  /** Targets whose answer is still awaited. */
  checking: Set<string>;
}

function startCheckWhenDue(engine: Engine, { group, target, checking }: Due): void {
  const key = `${group.arn} ${targetKey(target)}`;
  if (target.state === 'draining' || checking.has(key) || dueAt(group, target) > engine.clock.now()) return;
  if (whyUnused(engine, group, target)) return startAnew(target);
  checking.add(key);
  engine.background(`health check of ${target.id}`, async () => {
    try {
      await checkOnce(engine, group, target);
    } finally {
      checking.delete(key);
    }
  });
}

/** A target that comes back into use is checked like a new one. */
function startAnew(target: Target): void {
  if (target.state === 'initial' && target.checkedAt === undefined) return;
  Object.assign(target, { state: 'initial', reason: 'Elb.RegistrationInProgress', passed: 0, failed: 0 });
  target.description = 'Target registration is in progress';
  delete target.checkedAt;
  delete target.healthyAt;
}

async function checkOnce(engine: Engine, group: TargetGroup, target: Target): Promise<void> {
  target.checkedAt = engine.clock.now();
  const result = await probeTarget(engine, group, target);
  // Deregistered meanwhile: the answer is about nothing any more.
  if (isDraining(target) || group.targets[targetKey(target)] !== target) return;
  const before = target.state;
  Object.assign(target, judgeCheck(group.healthCheck, target, result));
  if (target.state === 'healthy') {
    delete target.reason;
    delete target.description;
    if (before !== 'healthy') target.healthyAt = engine.clock.now();
  }
  if (before === target.state) return;
  engine.log(`target ${target.id} of ${group.name}: ${before} -> ${target.state}`);
  engine.save();
}

const isDraining = (target: Target): boolean => target.state === 'draining';

const dueAt = (group: TargetGroup, target: Target): number =>
  target.checkedAt === undefined ? 0 : target.checkedAt + group.healthCheck.intervalSeconds * 1000;

/** Until the next check or end of a deregistration, or until somebody wakes us. */
async function sleepUntilDue(engine: Engine): Promise<void> {
  const { wake } = runtimeOf(engine);
  const now = engine.clock.now();
  let dueMs = now + atMostMs;
  for (const group of Object.values(engine.state.elb.targetGroups)) {
    for (const target of Object.values(group.targets)) {
      const due = target.drainUntil ?? dueAt(group, target);
      if (due > now) dueMs = Math.min(dueMs, due);
    }
  }
  try {
    await engine.clock.sleep(dueMs - now, AbortSignal.any([engine.signal, wake.signal]));
  } catch (error) {
    if (!wake.signal.aborted) throw error;
  }
}
