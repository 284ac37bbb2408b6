interface TextStyle {
  anchor?: 'start' | 'middle' | 'end';
  fill?: string;
  weight?: number;
  size?: number;
}

export const escape = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export function text(x: number, y: number, value: string, style: TextStyle = {}): string {
  const { anchor = 'start', fill, weight, size } = style;
  const css = [fill && `fill:${fill}`, weight && `font-weight:${weight}`, size && `font-size:${size}px`].filter(
    Boolean,
  );
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" style="${css.join(';')}">${escape(value)}</text>`;
}

/** A filled band between two lines of points. */
export function area(band: { left: number; step: number; upper: number[]; lower: number[]; color: string }): string {
  const { left, step, upper, lower, color } = band;
  const point = (y: number, at: number) => `${round(left + at * step)},${round(y)}`;
  const there = upper.map(point);
  const back = lower.map(point).toReversed();
  return `<polygon points="${[...there, ...back].join(' ')}" fill="${color}"/>`;
}

/** Round numbers up to `most`, about `count` of them. */
export function ticks(most: number, count = 5): number[] {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? power;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => round(at * step));
}

const round = (value: number): number => Math.round(value * 100) / 100;
