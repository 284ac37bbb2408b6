import type { Target } from '../target.ts';

type Fleet = Target['fleet'];
type Schedule = Fleet['schedules'][string];

/** What is wrong with the schedules of a fleet, each with its name and value. */
export const scheduleMistakes = ({ min, max, schedules }: Pick<Fleet, 'min' | 'max' | 'schedules'>): string[] =>
  Object.entries(schedules).flatMap(([name, schedule]) =>
    [...mistakesIn(schedule, { min, max }), ...sameTime(name, schedules)].map(
      (mistake) => `fleet.schedules.${name}${mistake}`,
    ),
  );

/** Auto Scaling takes one action a moment. */
function sameTime(name: string, schedules: Fleet['schedules']): string[] {
  const timeOf = (one: Schedule | undefined) => `${one?.recurrence} ${one?.timeZone}`;
  const earlier = Object.keys(schedules).slice(0, Object.keys(schedules).indexOf(name));
  const twin = earlier.find((other) => timeOf(schedules[other]) === timeOf(schedules[name]));
  return twin === undefined ? [] : [` and ${twin} happen at the same time, which AWS refuses: make them one`];
}

function mistakesIn(schedule: Schedule, base: { min: number; max: number }): string[] {
  const { min, max, desired, recurrence, timeZone } = schedule;
  const [least, most] = [min ?? base.min, max ?? base.max];
  const isOutside = desired !== undefined && least <= most && (desired < least || desired > most);
  const isIdle = [min, max, desired].every((size) => size === undefined);
  return toldIf([
    [isIdle, ' changes nothing: name min, max or desired'],
    [least > most, `: min ${least} is larger than max ${most}`],
    [isOutside, `.desired ${desired} is not between min ${least} and max ${most}`],
    [
      !isRecurrence(recurrence),
      `.recurrence "${recurrence}" is no cron expression: it has five fields, as in "0 8 * * MON-FRI"`,
    ],
    [!isTimeZone(timeZone), `.timeZone "${timeZone}" is unknown: write it as in Europe/Berlin`],
  ]);
}

/** The words of those claims that hold. */
export const toldIf = (claims: readonly [holds: boolean, words: string][]): string[] =>
  claims.filter(([holds]) => holds).map(([, words]) => words);

const months = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC';
const days = 'SUN|MON|TUE|WED|THU|FRI|SAT';

/** Minute, hour, day of the month, month, day of the week: lists, ranges and steps of numbers and names. */
const fields: { from: number; to: number; names?: string }[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: months },
  { from: 0, to: 7, names: days },
];

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html */
function isRecurrence(text: string): boolean {
  const parts = text.trim().split(/\s+/);
  return parts.length === 5 && fields.every((field, at) => isField(parts[at] ?? '', field));
}

function isField(text: string, { from, to, names }: (typeof fields)[number]): boolean {
  const one = names === undefined ? String.raw`\d+` : String.raw`(?:\d+|${names})`;
  const item = new RegExp(String.raw`^(\*|${one}(-${one})?)(/[1-9]\d*)?$`, 'i');
  const isInRange = (part: string) =>
    (part.replace(/\/.*/, '').match(/\d+/g) ?? []).every((digits) => Number(digits) >= from && Number(digits) <= to);
  return text.split(',').every((part) => item.test(part) && isInRange(part));
}

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
