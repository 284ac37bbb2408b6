/** Fields of a cron expression: minute, hour, day of the month, month, day of the week. */
interface Recurrence {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number>;
  months: Set<number>;
  weekdays: Set<number>;
  /** As in every cron: when both name days, either will do. */
  isEither: boolean;
}

const ranges: readonly Range[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ') },
  { from: 0, to: 7, names: 'SUN MON TUE WED THU FRI SAT'.split(' ') },
];

/** Undefined when it is no cron expression of five fields. */
function parse(text: string): Recurrence | undefined {
  const parts = text.trim().split(/\s+/);
  const fields = ranges.flatMap((range, at) => field(parts[at] ?? '', range) ?? []);
  const [minutes, hours, days, months, weekdays] = fields;
  if (parts.length !== 5 || !minutes || !hours || !days || !months || !weekdays) return undefined;
  if (weekdays.has(7)) weekdays.add(0);
  return { minutes, hours, days, months, weekdays, isEither: parts[2] !== '*' && parts[4] !== '*' };
}

interface Range {
  from: number;
  to: number;
  names?: string[];
}

function field(text: string, range: Range): Set<number> | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [low, high, step] = spanOf(part, range);
    if (!(low >= range.from && high <= range.to && low <= high && step > 0)) return undefined;
    for (let value = low; value <= high; value += step) found.add(value);
  }
  return found;
}

/** `*`, `5`, `1-5`, each with a step, as in `10/15`. NaN for what it is not. */
function spanOf(part: string, range: Range): [low: number, high: number, step: number] {
  const [span = '', step] = part.split('/');
  if (span === '*') return [range.from, range.to, Number(step ?? 1)];
  const [first, last] = span.split('-').map((text) => numberOf(text, range));
  const usual = step === undefined ? first : range.to;
  return [first ?? Number.NaN, last ?? usual ?? Number.NaN, Number(step ?? 1)];
}

function numberOf(text: string, { from, names = [] }: Range): number {
  const index = names.indexOf(text.toUpperCase());
  if (index >= 0) return index + from;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Whether Auto Scaling would take it. */
export const isRecurrence = (text: string): boolean => parse(text) !== undefined;

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;

/** The first moment after `afterMs` that the expression names, by the clocks of the zone; undefined when there is none in four years. */
export function nextOccurrence(text: string, timeZone = 'Etc/UTC', afterMs = 0): number | undefined {
  const cron = parse(text);
  if (!cron) return undefined;
  const start = Math.floor(afterMs / minuteMs) * minuteMs + minuteMs;
  const clock = wallClock(timeZone);
  for (let at = start; at < start + 4 * 366 * dayMs;) {
    const wall = clock(at);
    if (!isDay(cron, wall)) at += (24 - wall.getUTCHours()) * 60 * minuteMs - wall.getUTCMinutes() * minuteMs;
    else if (!cron.hours.has(wall.getUTCHours())) at += (60 - wall.getUTCMinutes()) * minuteMs;
    else if (cron.minutes.has(wall.getUTCMinutes())) return at;
    else at += minuteMs;
  }
  return undefined;
}

function isDay({ days, months, weekdays, isEither }: Recurrence, wall: Date): boolean {
  if (!months.has(wall.getUTCMonth() + 1)) return false;
  const [isDate, isWeekday] = [days.has(wall.getUTCDate()), weekdays.has(wall.getUTCDay())];
  return isEither ? isDate || isWeekday : isDate && isWeekday;
}

/** What the clocks of a zone show, as if that were UTC. */
function wallClock(timeZone: string): (at: number) => Date {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part;
    return new Date(Date.UTC(year, month - 1, day, hour, minute));
  };
}
