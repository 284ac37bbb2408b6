import { durationText } from '../duration.ts';
import type { OldMachine } from './machine.ts';
import type { RecordSet } from '../dns.ts';
import type { Residue } from './residue.ts';

/** The way from the old load balancer to none, in order. */
export const stepNames = ['plan', 'shift', 'forward', 'watch', 'stop', 'snapshot', 'terminate', 'release-ip'] as const;
export type StepName = (typeof stepNames)[number];

/** What each step leaves behind for those after it. */
export interface Facts {
  plan: { explained: number };
  shift: { originals: RecordSet[] };
  forward: { closed: string };
  watch: Residue;
  stop: Pick<OldMachine, 'reserved' | 'address' | 'securityGroups' | 'keptVolumes'> & { secret: string | undefined };
  snapshot: { id: string; name: string };
  terminate: Facts['stop'];
  'release-ip': { removed: string[] };
}

/** A dated word on one step. `begun` is written before the act and `done` after it. Plain JSON. */
export interface Evidence<S extends StepName = StepName> {
  step: S;
  state: 'begun' | 'done';
  /** When it was done, or found still to hold; ISO 8601. */
  at: string;
  /** Since when it has held. */
  since: string;
  machine: string;
  facts: Facts[S];
}

/** All evidence that there is. */
export type Dossier = { [S in StepName]?: Evidence<S> };

const hourMs = 3_600_000;

/** What is wrong with the evidence of a step that another one builds on; undefined when it can be built on. */
export function objectionTo(
  evidence: Evidence | undefined,
  on: { step: StepName; machine: string; now: number; freshHours: number },
): string | undefined {
  if (!evidence) return `there is no evidence of \`retire ${on.step}\``;
  if (evidence.state === 'begun') return `\`retire ${on.step}\` was begun at ${evidence.at} and has not ended`;
  if (evidence.machine !== on.machine)
    return `the evidence of \`retire ${on.step}\` is about ${evidence.machine}, not ${on.machine}`;
  const ageMs = on.now - Date.parse(evidence.at);
  if (ageMs > on.freshHours * hourMs)
    return `the evidence of \`retire ${on.step}\` is ${durationText(ageMs)} old; it may be ${durationText(on.freshHours * hourMs)}`;
  return undefined;
}

/** The last step that was begun: what `retire back` takes back. */
export const lastStep = (all: Dossier): StepName | undefined =>
  stepNames.toReversed().find((step) => all[step] !== undefined);
