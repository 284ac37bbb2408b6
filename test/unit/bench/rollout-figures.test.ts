import { describe, expect, it } from 'vitest';
import type { Stay } from '../../bench/rollout/ddp-clients.ts';
import { draw } from '../../bench/rollout/draw.ts';
import { broken, figuresOf, type Seen } from '../../bench/rollout/figures.ts';
import type { Visit } from '../../bench/rollout/visitors.ts';

// The bench says something only if it can also say no.

const visit = (atMs: number, release: string, more: Partial<Visit> = {}): Visit => ({
  atMs,
  tookMs: 5,
  release,
  failure: undefined,
  isFresh: false,
  ...more,
});
const stay = (client: number, machine: string, fromMs: number, untilMs?: number): Stay => ({
  client,
  kind: client % 2 === 0 ? 'raw' : 'sockjs',
  machine,
  release: machine === 'i-old' ? 'v1' : 'v2',
  fromMs,
  untilMs,
  code: untilMs === undefined ? undefined : 1001,
});

/** Ten clients, moved one a second from i-old to i-new, in a roll from 10 s to 40 s. */
const good: Seen = {
  visits: [visit(1000, 'v1'), visit(20_000, 'v1'), visit(20_100, 'v2'), visit(50_000, 'v2')],
  stays: Array.from({ length: 10 }, (_, client) => {
    const movedAt = 20_500 + client * 1000;
    return [stay(client, 'i-old', 0, movedAt), stay(client, 'i-new', movedAt + 100)];
  }).flat(),
  refusals: [],
  drains: new Map([['i-old', 20_000]]),
  moves: [{ what: 'deploy of v2', from: 'v1', to: 'v2', startedAt: 10_000, endedAt: 40_000 }],
};
const reasons = (change: Partial<Seen>): string[] =>
  broken(figuresOf({ ...good, ...change }), { requests: 4, sockets: 10 });

describe('the rollout bench', () => {
  it('is content with a roll that nobody noticed', () => {
    expect(reasons({})).toEqual([]);
    expect(figuresOf(good).sockets).toMatchObject({ moved: 10, backAfterMs: { most: 100 } });
  });

  it('minds a request that failed, was answered by neither release, or was never made', () => {
    expect(reasons({ visits: [...good.visits, visit(1, '', { release: undefined, failure: 'status 502' })] })).toEqual([
      '1 requests failed: {"status 502":1}',
    ]);
    expect(reasons({ visits: [...good.visits, visit(5000, 'v2')] })[0]).toContain('answered by neither release');
    expect(reasons({ visits: [...good.visits, visit(60_000, 'v1')] })[0]).toContain('answered by neither release');
    expect(reasons({ visits: good.visits.slice(1) })[0]).toContain('too few');
  });

  it('minds a socket that was closed before its machine drained', () => {
    expect(reasons({ drains: new Map([['i-old', 20_600]]) })).toContain(
      '1 sockets were closed before their machine drained',
    );
    expect(reasons({ drains: new Map() })).toContain('10 sockets were closed before their machine drained');
  });

  it('minds a stampede', () => {
    const at = (client: number) => 20_500 + Math.floor(client / 5) * 5000;
    const stays = good.stays.map((one) => (one.untilMs === undefined ? one : { ...one, untilMs: at(one.client) }));
    expect(reasons({ stays })).toContain('sockets were not closed evenly');
  });

  it('minds a client that was away too long, on a machine that goes as well, or never came back', () => {
    const late = good.stays.map((one) => (one.machine === 'i-new' ? { ...one, fromMs: one.fromMs + 6000 } : one));
    expect(reasons({ stays: late })[0]).toContain('a client was away for 6100 ms');
    const doomed = good.stays.map((one) => (one.client === 3 ? { ...one, machine: 'i-old' } : one));
    expect(reasons({ stays: doomed })[0]).toContain('a client was away for Infinity ms');
    expect(reasons({ stays: good.stays.filter((one) => one.client > 0) })[0]).toContain('9 of 10 clients');
  });

  it('draws all of it', () => {
    const drawing = draw({ ...good, visits: [...good.visits, visit(2000, 'v1', { failure: 'ECONNRESET <here>' })] });
    expect(drawing).toContain('5 requests, 1 failed');
    expect(drawing).toContain('ECONNRESET &lt;here>');
    expect(drawing).toContain('v2  i-new');
    expect(drawing).not.toMatch(/NaN|undefined|Infinity/);
  });
});
