/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `5 d 3 h`: as precise as one cares at that length. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (ms < 1000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(seconds, 60, ['min', 's']);
  if (seconds < 86_400) return pair(Math.round(seconds / 60), 60, ['h', 'min']);
  return pair(Math.round(seconds / 3600), 24, ['d', 'h']);
}

/** What is left of a wait, rounded up: nobody is told that none is left while some is. */
export const leftText = (ms: number): string => durationText(Math.ceil(ms / 1000) * 1000);

function pair(value: number, base: number, [large, small]: [string, string]): string {
  const rest = value % base;
  return `${Math.floor(value / base)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}
