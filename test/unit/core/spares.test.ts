import { describe, expect, it } from 'vitest';
import type { Roll, World } from '../../../pipeline/core/observe.ts';
import type { Release } from '../../../pipeline/core/release.ts';
import { wantedSpares, whyNoSpares, type Spares } from '../../../pipeline/core/spares.ts';

const now = Date.UTC(2026, 0, 31, 12);
const ago = (minutes: number) => new Date(now - minutes * 60_000);

const release = (number: number) => ({ number, name: `v${number}` }) as Release;

/** `v2 Successful` and so on, newest first; the first one ended five minutes ago. */
const world = (live: `v${number}`, rolls: string[]): World => ({
  fleet: { name: 'shop', live, isMixed: false, min: 2, desired: 3, max: 4, machines: [] },
  releases: [release(3), release(2), release(1)],
  rolls: rolls.map((text, at): Roll => {
    const [name, status] = text.split(' ') as [Roll['release'], string];
    const endedAt = status === 'InProgress' ? undefined : ago(5 + at * 60);
    return { id: text, status, release: name, percent: 100, startedAt: undefined, endedAt, reason: undefined };
  }),
  balancer: undefined,
  targetGroup: undefined,
  halfMade: [],
});

describe('machines in reserve', () => {
  it('are as many as serve, of the release that a rollback would go to, from the end of the roll on', () => {
    const wanted = wantedSpares(world('v2', ['v2 Successful']), 60, now);
    expect(wanted).toMatchObject({ release: { name: 'v1' }, count: 3, until: ago(-55) });
    expect(wantedSpares(world('v3', ['v3 Successful', 'v2 RollbackSuccessful']), 60, now)?.release.name).toBe('v1');
  });

  it('stay as they are when a later release was taken back', () => {
    const rolls = ['v3 RollbackSuccessful', 'v2 Successful'];
    expect(wantedSpares(world('v2', rolls), 120, now)).toMatchObject({ release: { name: 'v1' }, until: ago(-55) });
  });

  it.each([
    ['none are asked for', world('v2', ['v2 Successful']), 0],
    ['their time is over', world('v2', ['v2 Successful']), 5],
    ['their time is almost over', world('v2', ['v2 Successful']), 6],
    ['the fleet went back', world('v1', ['v1 Successful', 'v2 Successful']), 60],
    ['a roll is under way', world('v2', ['v3 InProgress', 'v2 Successful']), 600],
    ['there is no roll, as after the first deploy', world('v1', []), 60],
    ['nothing is deployed', { ...world('v2', ['v2 Successful']), fleet: undefined }, 60],
  ])('are none when %s', (_, seen, minutes) => {
    expect(wantedSpares(seen, minutes, now)).toBeUndefined();
  });

  it('have to go when they serve, when their time is over, and when their release is live again', () => {
    const spares: Spares = {
      group: 'shop-spare-v1',
      release: 'v1',
      until: ago(-10),
      desired: 1,
      machines: [{ id: 'i-1', lifecycle: 'InService', health: undefined }],
      isLeaving: false,
    };
    const live = world('v2', []);
    expect(whyNoSpares(spares, live, now)).toBeUndefined();
    expect(whyNoSpares({ ...spares, until: ago(0) }, live, now)).toContain('were kept until');
    expect(whyNoSpares(spares, world('v1', []), now)).toBe('run the live release');
    const machines = spares.machines.map((one) => ({ ...one, health: 'healthy' }));
    expect(whyNoSpares({ ...spares, machines }, live, now)).toContain('serve');
  });
});
