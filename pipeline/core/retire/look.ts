import { DeployError } from '../errors.ts';
import { callersInTable } from './haproxy.ts';
import type { Caller, Look } from './residue.ts';

/** What HAProxy's statistics socket said: `Uptime_sec: 12`, then the table. */
export function lookInTable(text: string, at: number): Look {
  const uptime = Number(/^Uptime_sec:\s*(\d+)/m.exec(text)?.[1] ?? Number.NaN);
  // Whole seconds: without one to spare the process would seem to begin anew at each look.
  const countsSince = Number.isNaN(uptime) ? undefined : at - (uptime + 1) * 1000;
  return { at, callers: callersInTable(text, at), own: 0, ...(countsSince !== undefined && { countsSince }) };
}

/** HAProxy's CSV: one line a frontend holds the sum of its requests. The asking itself is one of them. */
export function lookInCsv(text: string, at: number): Look {
  const [head = '', ...rows] = text.trim().split('\n');
  const columns = head.replace(/^#\s*/, '').split(',');
  const read = (row: string[], name: string) => Number(row[columns.indexOf(name)] ?? 0) || 0;
  const fronts = rows.map((row) => row.split(',')).filter((row) => row[columns.indexOf('svname')] === 'FRONTEND');
  const requests = fronts.reduce((sum, row) => sum + Math.max(read(row, 'req_tot'), read(row, 'stot')), 0);
  const open = fronts.reduce((sum, row) => sum + read(row, 'scur'), 0);
  return { at, callers: [anybody(requests, Math.max(0, open - 1))], own: 1 };
}

/** nginx's stub_status. https://nginx.org/en/docs/http/ngx_http_stub_status_module.html */
export function lookInStubStatus(text: string, at: number): Look {
  const open = Number(/Active connections:\s*(\d+)/.exec(text)?.[1] ?? 0);
  const requests = Number(/^\s*\d+\s+\d+\s+(\d+)/m.exec(text)?.[1] ?? 0);
  return { at, callers: [anybody(requests, Math.max(0, open - 1))], own: 1 };
}

const anybody = (requests: number, connections: number): Caller => ({ source: '', host: '', requests, connections });

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * An access log in the common or combined format (the source stands first, the moment in brackets), and behind it a line
 * `203.0.113.7:50412` for each connection that is open. Throws `retire` for another format: who is not read is not nobody.
 */
export function lookInLog(text: string, at: number): Look {
  const [log = '', connected = ''] = text.split('== connections\n');
  const callers = new Map<string, Caller>();
  const add = (source: string, more: Partial<Caller>) => {
    const before = callers.get(source) ?? { source, host: '', requests: 0, connections: 0 };
    const [requests, connections] = [
      before.requests + (more.requests ?? 0),
      before.connections + (more.connections ?? 0),
    ];
    callers.set(source, { ...before, ...more, requests, connections });
  };
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const moments = lines.map(momentIn);
  for (const [index, lastAt] of moments.entries())
    if (lastAt !== undefined) add(lines[index]?.split(' ')[0] ?? '', { requests: 1, lastAt });
  const unread = moments.filter((one) => one === undefined).length;
  if (unread > 0) throw unreadable(unread, lines.length);
  for (const [, source = ''] of connected.matchAll(/^\[?(?:::ffff:)?(\S+?)\]?:\d+$/gm))
    add(source, { connections: 1, lastAt: at });
  return { at, callers: [...callers.values()], own: 0 };
}

/** Lines hold what people asked for: they are counted, not shown. */
const unreadable = (unread: number, all: number): DeployError =>
  new DeployError(
    'retire',
    `${unread} of ${all} lines of the access log hold no moment such as [22/Nov/2026:12:16:19 +0000]`,
    {
      hint: 'its format is none that redeploy reads: set retire.traffic to an nginx-status, or to a command of yours',
    },
  );

/** `[22/Nov/2026:12:16:19 +0000]`. */
function momentIn(line: string): number | undefined {
  const found = /\[(\d+)\/(\w{3})\/(\d+):(\d+:\d+:\d+) ([+-]\d{2})(\d{2})\]/.exec(line);
  if (!found) return undefined;
  const [, day = '', month = '', year = '', time = '', hours = '', minutes = ''] = found;
  const number = String(months.indexOf(month) + 1).padStart(2, '0');
  const ms = Date.parse(`${year}-${number}-${day.padStart(2, '0')}T${time}${hours}:${minutes}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A command of the user's: a JSON line {source, host, requests, connections} a caller. Throws SyntaxError. */
export function lookInLines(text: string, at: number): Look {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const callers = lines.map((line) => {
    const { source = '', host = '', requests = 0, connections = 0 } = JSON.parse(line) as Partial<Caller>;
    return { source, host, requests, connections };
  });
  return { at, callers, own: 0 };
}

/** Bytes that came in by period, as CloudWatch counts them: more than the noise of the internet is a visitor. */
export function lookInBytes(
  points: readonly { endsAt: number; bytesPerMinute: number }[],
  at: number,
  quiet: number,
): Look {
  const busy = points.filter(({ bytesPerMinute }) => bytesPerMinute > quiet);
  const lastAt = Math.max(0, ...busy.map(({ endsAt }) => endsAt));
  const callers = busy.length === 0 ? [] : [{ ...anybody(busy.length, 0), lastAt }];
  return { at, callers, own: 0 };
}
