import type { Check, Doctor } from '../../commands/doctor.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import type { Shown } from '../shown.ts';

const signs = { ok: ['green', '✔'], warning: ['yellow', '!'], failed: ['red', '✖'], skipped: ['dim', '–'] } as const;

/** `redeploy doctor`. */
export const showDoctor = (doctor: Doctor): Shown => ({
  document: doctor,
  exitCode: doctor.isFit ? 0 : 1,
  lines: (paint) => {
    const widest = Math.max(...doctor.checks.map(({ name }) => name.length));
    return [
      `${paint('bold', `${doctor.app} ${doctor.environment}`)} in ${doctor.region}`,
      ...doctor.checks
        .filter(({ verdict }) => verdict !== 'skipped')
        .flatMap((check) => checkLines(check, widest, paint)),
      ...skippedLines(doctor.checks, paint),
      ...(doctor.isFit ? [] : ['', 'a deploy would fail: see ✖']),
    ];
  },
});

/** All that was skipped for the same reason, in one line. */
function skippedLines(checks: readonly Check[], paint: Paint): string[] {
  const reasons = [...new Set(checks.flatMap(({ verdict, what }) => (verdict === 'skipped' ? what : [])))];
  const [colour, sign] = signs.skipped;
  return reasons.map((reason) => {
    const names = checks
      .filter(({ verdict, what }) => verdict === 'skipped' && what === reason)
      .map(({ name }) => name);
    return `${paint(colour, sign)} ${reason}: ${names.join(', ')}`;
  });
}

function checkLines({ name, verdict, what, remedy }: Check, widest: number, paint: Paint): string[] {
  const [colour, sign] = signs[verdict];
  const lines = [`${paint(colour, sign)} ${name.padEnd(widest)}  ${what}`];
  if (remedy !== undefined) lines.push(`  ${' '.repeat(widest)}  ${paint('cyan', 'remedy:')} ${remedy}`);
  return lines;
}
