import { describe, expect, it } from 'vitest';
import { chooseRollback, fateOf } from '../../../pipeline/core/history.ts';
import type { Roll, World } from '../../../pipeline/core/observe.ts';
import type { Release } from '../../../pipeline/core/release.ts';

const release = (number: number): Release => ({
  number,
  name: `v${number}`,
  key: `key-${number}`,
  ami: 'ami-1',
  image: 'sha256:1',
  settingsVersion: 's',
  bakeKey: 'k-1',
  types: ['t3.small'],
  revision: undefined,
  createdAt: undefined,
  createdBy: undefined,
});

/** `v2 Successful` and so on, newest first. */
const roll = (text: string): Roll => {
  const [name = '', status = ''] = text.split(' ');
  return {
    id: text,
    status,
    release: name as Roll['release'],
    percent: 100,
    startedAt: undefined,
    endedAt: undefined,
    reason: undefined,
  };
};

const world = (live: `v${number}`, count: number, rolls: string[]): World => ({
  fleet: { name: 'shop-production', live, isMixed: false, min: 2, desired: 2, max: 4, machines: [] },
  releases: Array.from({ length: count }, (_, index) => release(count - index)),
  rolls: rolls.map((text) => roll(text)),
  balancer: undefined,
  targetGroup: undefined,
  halfMade: [],
});

describe('which release a rollback goes to', () => {
  it('is the first release, which never had a roll, after the second', () => {
    expect(chooseRollback(world('v2', 2, ['v2 Successful']), undefined).name).toBe('v1');
  });

  it('passes over a release that was taken back', () => {
    const rolls = ['v3 Successful', 'v2 RollbackSuccessful'];
    expect(chooseRollback(world('v3', 3, rolls), undefined).name).toBe('v1');
  });

  it('is the one that was live most recently, not the one with the next lower number', () => {
    const rolls = ['v4 Successful', 'v2 Successful', 'v3 Successful', 'v2 Successful'];
    expect(chooseRollback(world('v4', 4, rolls), undefined).name).toBe('v2');
  });

  it('goes forward only to a release that is named', () => {
    const back = world('v1', 2, ['v1 Successful', 'v2 Successful']);
    expect(chooseRollback(back, 'v2').name).toBe('v2');
    expect(() => chooseRollback(world('v1', 2, []), undefined)).toThrow('there is no good release before v1');
  });

  it('is the live one when the last roll went back already: run again, a rollback does not go back twice', () => {
    expect(chooseRollback(world('v2', 3, ['v2 Successful', 'v3 Successful', 'v2 Successful']), undefined).name).toBe(
      'v2',
    );
    const forth = ['v3 Successful', 'v2 Successful', 'v3 Successful'];
    expect(chooseRollback(world('v3', 3, forth), undefined).name).toBe('v2');
  });

  it('is one whose way back was stopped in the middle', () => {
    expect(chooseRollback(world('v2', 2, ['v1 RollbackSuccessful', 'v2 Successful']), undefined).name).toBe('v1');
  });

  it('is refused with the list of releases when the named one is not there', () => {
    expect(() => chooseRollback(world('v2', 2, []), 'v9')).toThrow('there is no release "v9"');
    expect(() => chooseRollback({ ...world('v2', 2, []), fleet: undefined }, undefined)).toThrow('nothing is deployed');
  });

  it('may be one that failed once, if it is named', () => {
    expect(chooseRollback(world('v3', 3, ['v3 Successful', 'v2 Failed']), 'v2').name).toBe('v2');
  });
});

describe('the fate of a release', () => {
  const rolls = ['v4 Successful', 'v3 Failed', 'v2 Successful', 'v2 Cancelled'];
  it.each([
    ['v4', 'live'],
    ['v3', 'failed'],
    ['v2', 'good'],
    ['v1', 'unknown'],
  ] as const)('of %s is %s', (name, fate) => {
    expect(fateOf(world('v4', 4, rolls), name)).toBe(fate);
  });
});
