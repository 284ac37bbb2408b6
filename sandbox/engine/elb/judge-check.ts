import type { HealthCheck, Target } from './state.ts';

/** How one health check ended. */
export type CheckResult = { status: number } | 'timeout' | 'failed';

/** Whether `status` is in a matcher such as `200`, `200,202` or `200-299`. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    return from <= status && status <= to;
  });
}

/**
 * Counts one check into the target's standing. A new target is healthy after one passed check, an unhealthy one after
 * `healthyThreshold` (elasticloadbalancing/latest/application/target-group-health-checks.html).
 */
export function judgeCheck(check: HealthCheck, target: Target, result: CheckResult): Partial<Target> {
  if (typeof result === 'object' && matches(check.matcher, result.status)) return passed(check, target);
  const failed = target.failed + 1;
  const counts = { passed: 0, failed };
  if (target.state === 'initial' && failed < check.unhealthyThreshold) return { ...counts, ...initialChecks };
  if (target.state === 'healthy' && failed < check.unhealthyThreshold) return counts;
  return { ...counts, state: 'unhealthy', ...failure(result) };
}

function passed(check: HealthCheck, target: Target): Partial<Target> {
  const counts = { passed: target.passed + 1, failed: 0 };
  const needed = target.state === 'unhealthy' ? check.healthyThreshold : 1;
  return counts.passed < needed ? counts : { ...counts, state: 'healthy' };
}

const initialChecks = { reason: 'Elb.InitialHealthChecking', description: 'Initial health checks in progress' };

function failure(result: CheckResult): { reason: string; description: string } {
  if (result === 'timeout') return { reason: 'Target.Timeout', description: 'Request timed out' };
  if (result === 'failed') return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
  return {
    reason: 'Target.ResponseCodeMismatch',
    description: `Health checks failed with these codes: [${result.status}]`,
  };
}
