import { absences, figuresOf, type Seen } from './figures.ts';
import { area, escape, text, ticks } from './svg.ts';

const size = { width: 1200, height: 760 };
const plot = { left: 76, right: 1010 };
const panels = { requests: { top: 150, bottom: 390 }, sockets: { top: 470, bottom: 690 } };
const hues = [216, 158, 32, 280, 345, 190];

interface Layer {
  name: string;
  color: string;
  /** One value a second. */
  values: number[];
}

/** Draws requests by release and sockets by machine over time, with moves as bands. An SVG document. */
export function draw(seen: Seen): string {
  const times = seen.visits.map(({ atMs }) => atMs).toSorted((a, b) => a - b);
  const [startedAt = 0, endedAt = 0] = [times[0], times.at(-1)];
  const seconds = Math.ceil((endedAt - startedAt) / 1000);
  const x = (ms: number) => plot.left + ((ms - startedAt) / (seconds * 1000)) * (plot.right - plot.left);
  const releases = releasesOf(seen);
  const colorOf = (release: string, shade = 0) =>
    `hsl(${hues[releases.indexOf(release) % hues.length]} 55% ${50 + shade}%)`;
  const requests = requestLayers(seen, { startedAt, seconds, releases, colorOf });
  const sockets = socketLayers(seen, { startedAt, seconds, releases, colorOf });
  const parts = [
    ...heading(seen),
    ...bands(seen, x),
    ...panel(panels.requests, 'requests a second, by the release that answered', requests, x(startedAt)),
    ...panel(panels.sockets, 'DDP clients, by the machine that serves them', sockets, x(startedAt)),
    ...failures(seen, x),
    ...drainMarks(seen, x),
    ...timeAxis(seconds),
  ];
  const style = 'text{font:13px system-ui,-apple-system,"DejaVu Sans",sans-serif;fill:#243044}';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}">`,
    `<style>${style}</style><rect width="100%" height="100%" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

interface Scale {
  startedAt: number;
  seconds: number;
  releases: string[];
  colorOf: (release: string, shade?: number) => string;
}

const releasesOf = ({ visits, stays }: Seen): string[] =>
  [...new Set([...visits.flatMap(({ release }) => release ?? []), ...stays.map(({ release }) => release)])].toSorted();

function requestLayers({ visits }: Seen, { startedAt, seconds, releases, colorOf }: Scale): Layer[] {
  const layers = releases.map((name) => ({ name, color: colorOf(name), values: Array<number>(seconds).fill(0) }));
  for (const { release, atMs } of visits) {
    const values = layers.find(({ name }) => name === release)?.values;
    const second = Math.floor((atMs - startedAt) / 1000);
    if (values && second < seconds) values[second] = (values[second] ?? 0) + 1;
  }
  return layers;
}

/** Machines in the order of their first client; those of one release differ in lightness. */
function socketLayers({ stays }: Seen, { startedAt, seconds, releases, colorOf }: Scale): Layer[] {
  const machines = [...new Set(stays.map(({ machine }) => machine))];
  const releaseOf = (machine: string) => stays.find((stay) => stay.machine === machine)?.release ?? '';
  return machines
    .toSorted((a, b) => releases.indexOf(releaseOf(a)) - releases.indexOf(releaseOf(b)))
    .map((machine, at, sorted) => {
      const shade = sorted.slice(0, at).filter((other) => releaseOf(other) === releaseOf(machine)).length;
      const here = stays.filter((stay) => stay.machine === machine);
      const values = Array.from({ length: seconds }, (_, second) => {
        const atMs = startedAt + second * 1000;
        return here.filter(({ fromMs, untilMs = Infinity }) => fromMs <= atMs && untilMs > atMs).length;
      });
      const release = releaseOf(machine);
      return { name: `${release}  ${machine.slice(0, 9)}…`, color: colorOf(release, shade * 11), values };
    });
}

function panel({ top, bottom }: { top: number; bottom: number }, title: string, layers: Layer[], left: number) {
  const sums = (layers[0]?.values ?? []).map((_, at) => layers.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  const most = Math.max(1, ...sums) * 1.08;
  const y = (value: number) => bottom - (value / most) * (bottom - top);
  const base = sums.map(() => 0);
  const step = (plot.right - left) / Math.max(1, sums.length - 1);
  const shapes = layers.map(({ color, values }) => {
    const lower = base.map((value) => y(value));
    for (const [at, value] of values.entries()) base[at] = (base[at] ?? 0) + value;
    return area({ left, step, upper: base.map((value) => y(value)), lower, color });
  });
  const grid = ticks(most).flatMap((value) => [
    `<line x1="${plot.left}" x2="${plot.right}" y1="${y(value)}" y2="${y(value)}" stroke="#1f2d3d" stroke-opacity=".12"/>`,
    text(plot.left - 10, y(value) + 4, String(value), { anchor: 'end', fill: '#6b7789' }),
  ]);
  const legend = layers.flatMap(({ name, color }, at) => [
    `<rect x="${plot.right + 18}" y="${top + at * 21}" width="13" height="13" rx="3" fill="${color}"/>`,
    text(plot.right + 38, top + at * 21 + 11, name),
  ]);
  return [text(plot.left, top - 12, title, { weight: 600 }), ...shapes, ...grid, ...legend];
}

function bands({ moves }: Seen, x: (ms: number) => number): string[] {
  const { top } = panels.requests;
  return moves.flatMap(({ what, startedAt, endedAt }) => [
    `<rect x="${x(startedAt)}" y="${top - 46}" width="${x(endedAt) - x(startedAt)}" height="${panels.sockets.bottom - top + 46}" fill="#1f2d3d" fill-opacity=".05"/>`,
    text((x(startedAt) + x(endedAt)) / 2, top - 32, what.replace(/:.*/, ''), {
      anchor: 'middle',
      fill: '#4a5768',
      size: 12,
    }),
  ]);
}

/** Red lines: there should be none. */
const failures = ({ visits }: Seen, x: (ms: number) => number): string[] =>
  visits.flatMap(({ failure, atMs }) =>
    failure === undefined
      ? []
      : [
          `<line x1="${x(atMs)}" x2="${x(atMs)}" y1="${panels.requests.top}" y2="${panels.requests.bottom}" stroke="#d11"><title>${escape(failure)}</title></line>`,
        ],
  );

/** Small triangles where a machine begins to be taken out. */
const drainMarks = ({ drains, stays }: Seen, x: (ms: number) => number): string[] =>
  [...drains]
    .filter(([machine]) => stays.some((stay) => stay.machine === machine))
    .map(
      ([, atMs]) =>
        `<path d="M${x(atMs) - 5},${panels.sockets.top - 6} h10 l-5,8 z" fill="#243044" fill-opacity=".75"/>`,
    );

function timeAxis(seconds: number): string[] {
  const y = panels.sockets.bottom + 20;
  const marks = ticks(seconds / 60, 8).map((minute) => {
    const at = plot.left + ((minute * 60) / seconds) * (plot.right - plot.left);
    return text(at, y, `${minute} min`, { anchor: 'middle', fill: '#6b7789' });
  });
  return [
    ...marks,
    text(plot.right + 18, panels.sockets.bottom - 2, '▾ machine taken out', { fill: '#6b7789', size: 12 }),
  ];
}

function heading(seen: Seen): string[] {
  const { requests, sockets } = figuresOf(seen);
  const slowest = Math.max(0, ...absences(seen));
  const line = [
    `${requests.all.toLocaleString('en')} requests, ${requests.failed} failed`,
    `${requests.byNeitherRelease} answered by neither release`,
    `${sockets.clients} DDP clients moved ${sockets.moved} times, back after ${Math.round(slowest)} ms at most`,
    `${sockets.closedBeforeDrain} closed before the drain`,
  ].join('  ·  ');
  return [
    text(plot.left, 44, 'Rollouts under load, on real machines', { weight: 600, size: 22 }),
    text(plot.left, 70, line, { fill: '#4a5768' }),
  ];
}
