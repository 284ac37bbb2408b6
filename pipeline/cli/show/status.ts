import type { Status } from '../../commands/status.ts';
import type { Machine, Roll } from '../../core/observe.ts';
import type { Release } from '../../core/release.ts';
import type { Spares } from '../../core/spares.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import { tableLines } from '../../edge/terminal/table.ts';
import type { Shown } from '../shown.ts';
import { ageText, dateText, momentText, whoText } from './moment.ts';

/** `redeploy status`. */
export const showStatus = (status: Status, now: number): Shown => ({
  document: status,
  lines: (paint) => [
    `${paint('bold', `${status.app} ${status.environment}`)} in ${status.region}`,
    ...(status.size ? facts(status, now, paint) : ['not deployed yet: `redeploy deploy` makes everything']),
    ...machineLines(status, now, paint),
    ...status.halfMade.map((line) => `${paint('yellow', '!')} ${line}`),
  ],
});

function facts({ live, url, size, reserve, roll, failure }: Status, now: number, paint: Paint): string[] {
  return tableLines(
    [
      ['release', live ? releaseText(live, now, paint) : paint('yellow', 'unknown: not made by redeploy')],
      ['address', url ?? paint('yellow', 'no load balancer')],
      ['machines', size ? `${size.desired} wanted, ${size.min} to ${size.max}` : ''],
      ...reserve.map((spares) => ['in reserve', reserveText(spares, now)]),
      ...(roll ? [['rolling', `to ${roll.release ?? '?'}: ${rollText(roll, now)}`]] : []),
      ...(failure ? [['last roll', paint('red', failureText(failure, now))]] : []),
    ],
    '  ',
  );
}

function releaseText(release: Release, now: number, paint: Paint): string {
  const by = whoText(release.createdBy);
  const parts = [
    momentText(release.createdAt, now),
    by && `by ${by}`,
    release.revision && `from ${release.revision.slice(0, 12)}`,
  ];
  return `${paint('green', release.name)}  ${paint('dim', parts.filter(Boolean).join(', '))}`;
}

const rollText = ({ status, percent, startedAt, reason }: Roll, now: number): string =>
  [`${status} ${percent} %`, startedAt && `since ${ageText(startedAt, now)}`, reason].filter(Boolean).join(', ');

const ends: Record<string, string> = {
  RollbackSuccessful: 'was taken back',
  RollbackFailed: 'could not be taken back from all machines',
  Cancelled: 'was stopped on its way',
};

/** AWS's reason tells of the way back, not why it was gone, when the release was taken back. */
function failureText({ release, status, startedAt, reason }: Roll, now: number): string {
  const facts = [
    startedAt && `begun ${ageText(startedAt, now)} ago`,
    status,
    status === 'RollbackSuccessful' ? '' : reason,
  ];
  const why = release ? `; \`redeploy logs ${release}\` tells why` : '';
  return `${release ?? 'an unknown release'} ${ends[status] ?? 'failed'} (${facts.filter(Boolean).join(', ')})${why}`;
}

const reserveText = ({ machines, release, until }: Spares, now: number): string =>
  `${machines.length} of ${release} ${until.getTime() > now ? `until ${dateText(until)}: \`redeploy rollback\` takes seconds` : `since ${dateText(until)} no more`}`;

function machineLines({ machines, live }: Status, now: number, paint: Paint): string[] {
  if (machines.length === 0) return [];
  const header = ['machine', 'type', 'zone', 'release', 'state', 'health', 'age', ''].map((text) => paint('dim', text));
  const rows = machines.map((machine) => [
    machine.id,
    machine.type,
    machine.zone,
    machine.release === live?.name ? machine.release : paint('yellow', machine.release),
    machine.lifecycle,
    healthText(machine, paint),
    ageText(machine.launchedAt, now),
    machine.health === 'healthy' ? '' : (machine.healthReason ?? ''),
  ]);
  return ['', ...tableLines([header, ...rows], '  ')];
}

function healthText({ health }: Machine, paint: Paint): string {
  if (health === 'healthy') return paint('green', health);
  return paint(health === 'unhealthy' ? 'red' : 'yellow', health);
}
