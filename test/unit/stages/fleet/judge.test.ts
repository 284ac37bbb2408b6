import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../../pipeline/core/observe.ts';
import { addLook, judge, type Look, type Said, type Sightings } from '../../../../pipeline/stages/fleet/judge.ts';

const limits = { startSeconds: 150, errorSeconds: 60, restarts: 4 };
const machine = (id: string, health: string, more: Partial<Machine> = {}): Machine => ({
  id,
  type: 't3.small',
  zone: 'a',
  release: 'v2',
  lifecycle: 'InService',
  health,
  healthReason: `${health} says the balancer`,
  launchedAt: undefined,
  ...more,
});

type Scene = Partial<Omit<Look, 'nowMs' | 'said'>> & { said?: Record<string, Partial<Said>> };

/** Looks at the fleet at the given seconds. */
const watch = (...scenes: [seconds: number, scene: Scene][]): Sightings => {
  let seen: Sightings = new Map();
  for (const [seconds, { machines = [], answers = [], said = {} }] of scenes) {
    const words = Object.entries(said).map(
      ([id, { starts = 1, settingsError }]) => [id, { starts, settingsError }] as const,
    );
    seen = addLook(seen, { nowMs: seconds * 1000, machines, answers, said: new Map(words) }, 'v2');
  }
  return seen;
};
const reasonAt = (seconds: number, seen: Sightings) => judge(seen, seconds * 1000, 'v2', limits)?.reason;

const i1 = machine('i-1', 'initial');
const failing = machine('i-1', 'unhealthy', { healthReason: 'Health checks failed with these codes: [500]' });

describe('a release is bad', () => {
  it('when none of its machines was healthy in time', () => {
    const seen = watch([0, { machines: [i1] }], [60, { machines: [i1, machine('i-2', 'initial')] }]);
    expect(reasonAt(150, seen)).toBeUndefined();
    expect(reasonAt(151, seen)).toBe('i-1 was not healthy within 150 s (initial says the balancer)');
  });

  it('when two of its machines were not healthy in time, though others are', () => {
    const three = { machines: [i1, machine('i-2', 'healthy'), machine('i-3', 'unhealthy')] };
    expect(reasonAt(151, watch([0, three]))).toContain('i-1 was not healthy within 150 s');
  });

  it('when the third machine went away before it was healthy, but not for two', () => {
    const scenes = ['i-1', 'i-2', 'i-3'].map((id, at): [number, Scene] => [at, { machines: [machine(id, 'initial')] }]);
    expect(reasonAt(10, watch(...scenes, [3, { machines: [machine('i-4', 'initial')] }]))).toMatch(/^3 machines ended/);
    expect(reasonAt(10, watch(...scenes.slice(1), [3, { machines: [machine('i-4', 'initial')] }]))).toBeUndefined();
  });

  it('when its app ends again and again', () => {
    const started = (starts: number): Scene => ({ machines: [i1], said: { 'i-1': { starts } } });
    expect(reasonAt(30, watch([0, { machines: [i1] }], [20, started(4)]))).toBeUndefined();
    expect(reasonAt(30, watch([0, { machines: [i1] }], [20, started(5)]))).toContain('i-1 started the app 5 times');
  });

  it('when it gets no settings, at the latest when its time is up', () => {
    const refused = (starts: number): Scene => ({
      machines: [i1],
      said: { 'i-1': { starts, settingsError: 'AccessDenied' } },
    });
    expect(reasonAt(30, watch([0, { machines: [i1] }], [20, refused(5)]))).toBe(
      'i-1 cannot fetch its settings: AccessDenied',
    );
    expect(reasonAt(151, watch([0, refused(1)]))).toContain('cannot fetch its settings: AccessDenied');
  });

  it('when it answers health checks with errors for a while', () => {
    const seen = watch([0, { machines: [i1] }], [10, { machines: [failing] }], [60, { machines: [failing] }]);
    expect(reasonAt(69, seen)).toBeUndefined();
    expect(reasonAt(70, seen)).toContain('i-1 answers the health check with errors for 60 s');
  });

  it('when another release answers from its machine', () => {
    const healthy = [machine('i-1', 'healthy')];
    const answering = (release: string): Scene => ({ machines: healthy, answers: [{ machine: 'i-1', release }] });
    expect(reasonAt(1, watch([0, answering('v2')]))).toBeUndefined();
    expect(reasonAt(1, watch([0, answering('v1')]))).toBe('i-1 answers as v1');
  });
});

describe('a release is not bad', () => {
  it('because of machines of another release', () => {
    const seen = watch([0, { machines: [machine('i-1', 'unhealthy', { release: 'v1' })] }]);
    expect(reasonAt(999, seen)).toBeUndefined();
  });

  it('because a machine that was healthy is drained, or dies', () => {
    const healthy = { machines: [machine('i-1', 'healthy'), machine('i-2', 'healthy')] };
    const drained = { machines: [machine('i-1', 'draining', { lifecycle: 'Terminating' })] };
    expect(reasonAt(999, watch([0, healthy], [90, drained]))).toBeUndefined();
  });

  it('because one machine does not come up while others of it serve', () => {
    expect(reasonAt(999, watch([0, { machines: [i1, machine('i-2', 'healthy')] }]))).toBeUndefined();
  });

  it('because a machine errs now and then, or says 503 while it starts', () => {
    const starting = { ...failing, healthReason: 'Health checks failed with these codes: [503]' };
    const scenes = [failing, i1, failing, starting, starting].map((one, at): [number, Scene] => [
      at * 30,
      { machines: [one] },
    ]);
    expect(reasonAt(140, watch(...scenes))).toBeUndefined();
  });

  it('because a machine in Standby serves nobody', () => {
    const resting = { machines: [machine('i-1', 'unused', { lifecycle: 'Standby' })] };
    expect(reasonAt(999, watch([0, resting], [500, resting]))).toBeUndefined();
  });

  it('because its app restarted long before we watched', () => {
    const said = { 'i-1': { starts: 70 } };
    expect(reasonAt(20, watch([0, { machines: [i1], said }], [10, { machines: [i1], said }]))).toBeUndefined();
  });
});
