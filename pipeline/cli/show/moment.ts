import { durationText } from '../../core/duration.ts';

/** `2026-01-31 10:00, 3 h ago`: local time, since people compare it with their clock. */
export const momentText = (date: Date | undefined, now: number): string =>
  date === undefined ? '' : `${dateText(date)}, ${ageText(date, now)} ago`;

export function dateText(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The larger unit alone: nobody needs the seconds of an hour. */
export const ageText = (date: Date | undefined, now: number): string =>
  date === undefined
    ? ''
    : durationText(Math.max(0, Math.round((now - date.getTime()) / 1000) * 1000))
        .split(' ')
        .slice(0, 2)
        .join(' ');

/** `arn:aws:sts::1:assumed-role/admin/ada` -> `ada`. */
export const whoText = (arn: string | undefined): string => arn?.split('/').at(-1) ?? '';
