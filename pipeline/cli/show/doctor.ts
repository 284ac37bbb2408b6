import type { Check, Doctor } from '../../commands/doctor.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import type { Shown } from '../shown.ts';

const signs = { ok: ['green', '✔'], warning: ['yellow', '!'], failed: ['red', '✖'] } as const;

/** `redeploy doctor`. */
export const showDoctor = (doctor: Doctor): Shown => ({
  document: doctor,
  exitCode: doctor.isFit ? 0 : 1,
  lines: (paint) => {
    const widest = Math.max(...doctor.checks.map(({ name }) => name.length));
    return [
      `${paint('bold', `${doctor.app} ${doctor.environment}`)} in ${doctor.region}`,
      ...doctor.checks.flatMap((check) => checkLines(check, widest, paint)),
      ...(doctor.isFit ? [] : ['', 'a deploy would fail: see ✖']),
    ];
  },
});

function checkLines({ name, verdict, what, remedy }: Check, widest: number, paint: Paint): string[] {
  const [colour, sign] = signs[verdict];
  const lines = [`${paint(colour, sign)} ${name.padEnd(widest)}  ${what}`];
  if (remedy !== undefined) lines.push(`  ${' '.repeat(widest)}  ${paint('cyan', 'remedy:')} ${remedy}`);
  return lines;
}
