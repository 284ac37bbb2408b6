import type { CutoverResult } from '../../commands/cutover.ts';
import type { BackResult } from '../../commands/retire/back.ts';
import type { ForwardResult } from '../../commands/retire/forward.ts';
import type { RetirePlan } from '../../commands/retire/plan.ts';
import type { RetireStatus } from '../../commands/retire/status.ts';
import type { WatchResult } from '../../commands/retire/watch.ts';
import { durationText } from '../../core/duration.ts';
import { stepNames, type Evidence, type StepName } from '../../core/retire/evidence.ts';
import { callerText } from '../../core/retire/residue.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import { tableLines } from '../../edge/terminal/table.ts';
import type { Shown } from '../shown.ts';
import { momentText } from './moment.ts';

const hoursText = (hours: number): string => durationText(hours * 3_600_000);

const next = (paint: Paint, step: string): string => `next: ${paint('bold', `redeploy retire ${step}`)}`;

/** `redeploy cutover`. */
export const showCutover = (result: CutoverResult): Shown => ({
  document: result,
  lines: () => [
    result.percent === undefined
      ? 'the names lead where the resolvers say'
      : `${result.percent} % on the new load balancer`,
    ...tableLines(
      result.names.flatMap(({ host, records }) => records.map((record, at) => [at === 0 ? host : '', record])),
      '  ',
    ),
  ],
});

/** `redeploy retire plan`. */
export const showRetirePlan = (plan: RetirePlan): Shown => ({
  document: plan,
  lines: (paint) => [
    `${paint('bold', plan.machine.name)} at ${plan.machine.address ?? 'no address'} -> ${plan.balancer}`,
    ...(plan.findings.length === 0 ? ['  old and new answer alike, and nothing else uses the old machine'] : []),
    ...tableLines(
      plan.findings.map(({ key, old, new: fresh, reason = '' }) => [key, old, fresh, paint('dim', reason)]),
      '  ',
    ),
    ...plan.ttls.map(
      ({ host, seconds, from }) =>
        `  ${host}: kept for ${seconds === undefined ? 'an unknown time' : durationText(seconds * 1000)} (${from})`,
    ),
    ...plan.idle.map((entry) => `${paint('yellow', '!')} retire.accept "${entry}" explains nothing any more`),
    next(paint, 'shift'),
  ],
});

/** `redeploy retire status`. */
export const showRetireStatus = (status: RetireStatus, now: number): Shown => ({
  document: status,
  lines: (paint) => [
    `${paint('bold', status.machine.name)} (${status.machine.id}) is ${status.machine.state}`,
    ...status.names.map(({ host, percent }) => `  ${host}: ${percent ?? '?'} % on the new load balancer`),
    ...tableLines(
      stepNames.map((step) => stepRow(status, step, now, paint)),
      '  ',
    ),
    ...(status.missingHours ? [`  ${hoursText(status.missingHours)} of quiet to go`] : []),
    ...(status.dossier.watch?.facts.callers ?? []).map((one) => `  ${paint('yellow', '!')} ${callerText(one)}`),
    ...(status.next ? [next(paint, status.next)] : [paint('green', 'the old load balancer is retired')]),
  ],
});

function stepRow({ dossier }: RetireStatus, step: StepName, now: number, paint: Paint): string[] {
  const evidence = dossier[step];
  if (!evidence) return [paint('dim', '.'), step, ''];
  const isDone = evidence.state === 'done';
  const moment = momentText(new Date(evidence.at), now);
  return [isDone ? paint('green', '✓') : paint('yellow', '…'), step, isDone ? moment : `begun ${moment}`];
}

/** `redeploy retire forward`. */
export const showForward = (result: ForwardResult): Shown => ({
  document: result,
  lines: (paint) => (result.isApplied ? ['the old machine forwards', next(paint, 'watch')] : [result.config]),
});

/** `redeploy retire watch`. */
export const showWatch = (result: WatchResult): Shown => ({
  document: result,
  lines: (paint) => [
    result.isQuiet ? `nobody has come since ${result.quietSince}` : `${hoursText(result.missingHours)} of quiet to go`,
    ...result.callers.map((one) => `  ${callerText(one)}`),
    next(paint, result.isQuiet ? 'stop' : 'watch'),
  ],
});

/** `redeploy retire stop`. */
export const showStop = (evidence: Evidence<'stop'>, stoppedHours: number): Shown => ({
  document: evidence,
  lines: (paint) => [
    `${evidence.machine} is stopped since ${evidence.since}; redeploy retire back starts it again`,
    ...(evidence.facts.secret === undefined
      ? []
      : [`  its configuration is kept in the secret ${evidence.facts.secret}`]),
    `  it can be terminated ${hoursText(stoppedHours)} after that`,
    next(paint, 'snapshot'),
  ],
});

/** `redeploy retire snapshot`. */
export const showSnapshot = (evidence: Evidence<'snapshot'>): Shown => ({
  document: evidence,
  lines: (paint) => [`${evidence.facts.name} (${evidence.facts.id}) is there`, next(paint, 'terminate')],
});

/** `redeploy retire terminate`. */
export const showTerminate = (evidence: Evidence<'terminate'>): Shown => ({
  document: evidence,
  lines: (paint) => [
    `${evidence.machine} is terminated`,
    ...evidence.facts.keptVolumes.map((id) => `  ${paint('yellow', '!')} volume ${id} stays, and is billed`),
    ...evidence.facts.reserved.map(({ address }) => `  ${address} is kept, and billed, until it is released`),
    next(paint, 'release-ip'),
  ],
});

/** `redeploy retire release-ip`. */
export const showReleaseIp = (evidence: Evidence<'release-ip'>): Shown => ({
  document: evidence,
  lines: (paint) => [
    ...evidence.facts.removed.map((line) => `  ${line}`),
    paint('green', 'the old load balancer is retired'),
  ],
});

/** `redeploy retire back`. */
export const showBack = (result: BackResult): Shown => ({
  document: result,
  lines: () => [
    result.step === undefined ? 'there is nothing to take back' : `${result.step} is taken back`,
    ...(result.next ? [`again would take back ${result.next}`] : []),
  ],
});
