import { describe, expect, it } from 'vitest';
import {
  lookInBytes,
  lookInCsv,
  lookInLines,
  lookInLog,
  lookInStubStatus,
  lookInTable,
} from '../../../pipeline/core/retire/look.ts';
import { callerText, fold, missingMs, type Caller, type Residue } from '../../../pipeline/core/retire/residue.ts';

const hour = 3_600_000;
const start = Date.parse('2026-11-22T12:00:00Z');
const caller = (more: Partial<Caller> = {}): Caller => ({
  source: '203.0.113.7',
  host: '198.51.100.2',
  requests: 1,
  connections: 0,
  ...more,
});
const strict = { ignoreSources: [], noiseRequests: 0, hostnames: ['shop.example.com'] };
const quiet = (hours: number, before?: Residue) =>
  fold(before, { at: start + hours * hour, callers: [], own: 0 }, strict);
const threeDays = { soakHours: 72, isWeekly: false };

describe('the quiet time', () => {
  it('begins with the first look and grows while nobody comes', () => {
    const first = quiet(0);
    expect(missingMs(first, threeDays)).toBe(72 * hour);
    expect(missingMs(quiet(70, first), threeDays)).toBe(2 * hour);
    expect(missingMs(quiet(72, first), threeDays)).toBe(0);
  });

  it('holds a whole week where something may call once a week', () => {
    expect(missingMs(quiet(72, quiet(0)), { soakHours: 72, isWeekly: true })).toBe(96 * hour);
  });

  it('begins anew at the moment when somebody came, and names who', () => {
    const busy = fold(
      quiet(0),
      { at: start + 50 * hour, callers: [caller({ lastAt: start + 49 * hour })], own: 0 },
      strict,
    );
    expect(missingMs(busy, threeDays)).toBe(71 * hour);
    expect(busy.callers.map((one) => callerText(one))).toEqual([
      '203.0.113.7 asking for 198.51.100.2, last at 2026-11-24T13:00:00.000Z, 1 requests',
    ]);
    expect(quiet(60, busy).callers).toHaveLength(1);
  });

  it('does not run while a connection is open', () => {
    const open = caller({ lastAt: start, connections: 2 });
    expect(missingMs(fold(quiet(0), { at: start + 80 * hour, callers: [open], own: 0 }, strict), threeDays)).toBe(
      72 * hour,
    );
  });

  it('is not disturbed by scanners, but by who asks for a name, comes often, or stays', () => {
    const at = start + 80 * hour;
    const rules = { ...strict, noiseRequests: 3 };
    const after = (more: Partial<Caller>, before = quiet(0)) =>
      fold(before, { at, callers: [caller({ lastAt: start + 79 * hour, ...more })], own: 0 }, rules);
    const scanned = after({ requests: 3 });
    expect(missingMs(scanned, threeDays)).toBe(0);
    expect(scanned.callers.map((one) => callerText(one))).toEqual([
      expect.stringMatching(/^203.0.113.7 asking for 198.51.100.2, .*, taken for noise$/),
    ]);
    expect(missingMs(after({ requests: 4 }), threeDays)).toBe(71 * hour);
    expect(missingMs(after({ host: 'shop.example.com' }), threeDays)).toBe(71 * hour);
    const connected = after({ connections: 1 });
    expect(missingMs(connected, threeDays)).toBe(0);
    expect(missingMs(after({ connections: 1 }, connected), threeDays)).toBe(72 * hour);
  });

  it('is not disturbed by the sources that are left out', () => {
    const look = { at: start + 80 * hour, callers: [caller({ lastAt: start + 79 * hour })], own: 0 };
    expect(missingMs(fold(quiet(0), look, { ...strict, ignoreSources: ['203.0.113.7'] }), threeDays)).toBe(0);
  });

  it('begins anew when the process that counts has begun anew: what came in between is lost', () => {
    const look = { at: start + 80 * hour, callers: [], own: 0, countsSince: start + 40 * hour };
    expect(missingMs(fold(quiet(0), look, strict), threeDays)).toBe(32 * hour);
  });

  it('goes by the sum where nobody says when, the looking itself not counted', () => {
    const sum = (hours: number, requests: number, before?: Residue) =>
      fold(before, { at: start + hours * hour, callers: [caller({ source: '', host: '', requests })], own: 1 }, strict);
    const first = sum(0, 10);
    expect(missingMs(sum(72, 11, first), threeDays)).toBe(0);
    expect(missingMs(sum(72, 14, first), threeDays)).toBe(72 * hour);
  });

  it('fits into a parameter, however many come', () => {
    const callers = Array.from({ length: 500 }, (_, at) =>
      caller({ source: `203.0.113.${at}`, host: 'a-rather-long-name.shop.example.com', lastAt: start }),
    );
    expect(JSON.stringify(fold(undefined, { at: start, callers, own: 0 }, strict)).length).toBeLessThan(3500);
  });
});

describe('a look', () => {
  it('reads since when HAProxy counts', () => {
    expect(lookInTable('Uptime_sec: 60\n# table: x', start).countsSince).toBe(start - 61_000);
  });

  it('sums the frontends of HAProxy', () => {
    const csv = '# pxname,svname,scur,stot,req_tot,\nweb,FRONTEND,3,40,90,\napp,a,1,80,,\nweb,BACKEND,1,80,90,';
    expect(lookInCsv(csv, start).callers).toEqual([caller({ source: '', host: '', requests: 90, connections: 2 })]);
  });

  it('reads nginx', () => {
    const text =
      'Active connections: 2 \nserver accepts handled requests\n 16 16 31 \nReading: 0 Writing: 1 Waiting: 1 ';
    expect(lookInStubStatus(text, start).callers).toEqual([
      caller({ source: '', host: '', requests: 31, connections: 1 }),
    ]);
  });

  it('reads an access log by source', () => {
    const line = (source: string, time: string) =>
      `${source} - - [22/Nov/2026:${time} +0100] "POST /hook HTTP/1.1" 200 2 "-" "curl/8"`;
    const log = [line('203.0.113.7', '12:00:00'), line('203.0.113.7', '13:00:00')].join('\n');
    expect(lookInLog(log, start).callers).toEqual([caller({ host: '', requests: 2, lastAt: start })]);
    // Who is not read is not nobody.
    expect(() => lookInLog(`${log}\n{"ip":"203.0.113.9","url":"/?token=s3cret"}`, start)).toThrow(
      /^1 of 3 lines of the access log hold no moment/,
    );
  });

  it('takes the lines of a command', () => {
    expect(lookInLines('{"source": "203.0.113.7", "host": "198.51.100.2", "requests": 1}\n', start).callers).toEqual([
      caller(),
    ]);
  });

  it('takes more bytes than the noise of the internet for somebody', () => {
    const points = [
      { endsAt: start - hour, bytesPerMinute: 900_000 },
      { endsAt: start, bytesPerMinute: 300 },
    ];
    expect(lookInBytes(points, start, 20_000).callers).toMatchObject([{ lastAt: start - hour }]);
  });
});
