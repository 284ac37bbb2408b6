import type Dockerode from 'dockerode';
import type { Usage } from '../../machines.ts';
import { unlessStatus } from './api-error.ts';

/** What a container used since it was started, as Docker counts it; undefined when it is off. */
export async function readUsage(container: Dockerode.Container): Promise<Usage | undefined> {
  const stats = await unlessStatus(container.stats({ stream: false, 'one-shot': true }), 404, 409);
  // Containers that are off have no networks and no time.
  if (!stats || stats.pids_stats?.current === undefined) return undefined;
  const { networks, cpu_stats: cpu } = stats;
  const sum = (key: 'rx_bytes' | 'tx_bytes') => Object.values(networks).reduce((all, one) => all + one[key], 0);
  return {
    receivedBytes: sum('rx_bytes'),
    sentBytes: sum('tx_bytes'),
    // Nanoseconds.
    cpuSeconds: cpu.cpu_usage.total_usage / 1e9,
    cpus: cpu.online_cpus,
  };
}
