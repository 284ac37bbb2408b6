/** Requests of one side as they went. */
export interface Tally {
  requests: number;
  failures: number;
  /** Of those that were answered, ascending order not needed; empty when nobody measured. */
  ms: readonly number[];
}

export const emptyTally: Tally = { requests: 0, failures: 0, ms: [] };

/** One request more; `ms` undefined when it failed. */
export const addTo = ({ requests, failures, ms }: Tally, taken: number | undefined): Tally => ({
  requests: requests + 1,
  failures: failures + (taken === undefined ? 1 : 0),
  ms: taken === undefined ? ms : [...ms, taken],
});

interface Margins {
  errorMarginPercent: number;
  latencyMarginMs: number;
}

/** Fewer may be chance: one request in fifty that fails shows three times in a few minutes. */
const leastFailures = 3;
const leastTimings = 20;

/** Why the new side is worse than the old one by more than the margin; undefined while it is not, or nobody can tell. */
export function whyWorse(old: Tally, fresh: Tally, margins: Margins): string | undefined {
  const [oldPercent, newPercent] = [failedPercent(old), failedPercent(fresh)];
  if (fresh.failures >= leastFailures && newPercent > oldPercent + margins.errorMarginPercent) {
    const share = `${fresh.failures} of ${fresh.requests} requests (${round(newPercent)} %)`;
    return `${share} failed at the new balancer, ${round(oldPercent)} % at the old one`;
  }
  if (old.ms.length < leastTimings || fresh.ms.length < leastTimings) return undefined;
  const [oldMs, newMs] = [percentile95(old.ms), percentile95(fresh.ms)];
  if (newMs <= oldMs + margins.latencyMarginMs) return undefined;
  return `the new balancer takes ${newMs} ms (95th percentile), the old one ${oldMs} ms`;
}

const failedPercent = ({ requests, failures }: Tally): number => (requests === 0 ? 0 : (failures / requests) * 100);

const percentile95 = (all: readonly number[]): number =>
  all.toSorted((a, b) => a - b)[Math.ceil(all.length * 0.95) - 1] ?? 0;

const round = (percent: number): number => Math.round(percent * 10) / 10;
