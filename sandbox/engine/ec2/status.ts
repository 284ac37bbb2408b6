import type { InstanceRecord } from './state.ts';

/**
 * EC2's own health check as Auto Scaling reads it: running and not impaired. A pending instance counts as healthy,
 * anything on its way out does not (health-checks-overview.html).
 */
export const isHealthy = (instance: InstanceRecord): boolean =>
  ['pending', 'running'].includes(instance.state) && instance.impairedAtMs === undefined;
