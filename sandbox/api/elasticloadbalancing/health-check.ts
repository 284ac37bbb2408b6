import { healthCheckDefaults } from '../../engine/elb/defaults.ts';
import type { HealthCheck } from '../../engine/elb/state.ts';
import { between, checkMatcher, invalid, oneOf } from './validation.ts';

interface HealthCheckInput {
  HealthCheckProtocol?: string | undefined;
  HealthCheckPort?: string | undefined;
  HealthCheckEnabled?: boolean | undefined;
  HealthCheckPath?: string | undefined;
  HealthCheckIntervalSeconds?: number | undefined;
  HealthCheckTimeoutSeconds?: number | undefined;
  HealthyThresholdCount?: number | undefined;
  UnhealthyThresholdCount?: number | undefined;
  Matcher?: { HttpCode?: string | undefined } | undefined;
}

const intervalInRange = between(5, 300);
const timeoutInRange = between(2, 120);
const thresholdInRange = between(2, 10);
const portInRange = between(1, 65_535);

/** Lays a call's health check settings over what was there. Throws `ValidationError` outside of AWS's ranges. */
export function mergeHealthCheck(before: HealthCheck | undefined, input: HealthCheckInput): HealthCheck {
  const wanted: HealthCheck = { ...(before ?? healthCheckDefaults), ...given(input) };
  if (input.HealthCheckEnabled === false) {
    throw invalid("Health check enabled must be true for target groups with target type 'instance' or 'ip'");
  }
  check(wanted);
  return wanted;
}

function given(input: HealthCheckInput): Partial<HealthCheck> {
  const protocol = input.HealthCheckProtocol;
  if (protocol) oneOf('HTTP', 'HTTPS')(protocol, 'health check protocol');
  const all = {
    protocol,
    port: input.HealthCheckPort,
    path: input.HealthCheckPath,
    intervalSeconds: input.HealthCheckIntervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount,
    unhealthyThreshold: input.UnhealthyThresholdCount,
    matcher: input.Matcher?.HttpCode,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function check(wanted: HealthCheck): void {
  intervalInRange(wanted.intervalSeconds, 'health check interval');
  timeoutInRange(wanted.timeoutSeconds, 'health check timeout');
  thresholdInRange(wanted.healthyThreshold, 'healthy threshold count');
  thresholdInRange(wanted.unhealthyThreshold, 'unhealthy threshold count');
  if (wanted.port !== 'traffic-port') portInRange(wanted.port, 'health check port');
  if (wanted.timeoutSeconds >= wanted.intervalSeconds) {
    throw invalid(
      `Health check timeout '${wanted.timeoutSeconds}' must be smaller than the interval '${wanted.intervalSeconds}'`,
    );
  }
  if (!wanted.path.startsWith('/') || wanted.path.length > 1024) {
    throw invalid(`Health check path '${wanted.path}' must begin with a '/' and have at most 1024 characters`);
  }
  checkMatcher(wanted.matcher);
}
