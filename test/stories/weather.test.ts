import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Weather } from '../../sandbox/engine/weather.ts';
import { perform, setWeather, settled, storyBefore, type Command } from '../support/weather.ts';
import { worldDifference } from '../support/world-text.ts';

/** Weather that SDK and pipeline see through. */
const passing: Record<string, Weather> = {
  throttling: { kind: 'throttling', every: 3 },
  'throttling with Retry-After': { kind: 'throttling', every: 60, retryAfterSeconds: 1, times: 2 },
  '5xx': { kind: 'unavailable', every: 4 },
  'connection resets': { kind: 'reset', every: 5 },
  'lost answers': { kind: 'lost-answer', every: 4 },
  'not found right after create': { kind: 'lag', seconds: 5 },
  'no capacity in one zone': { kind: 'no-capacity', zone: 'us-east-1a' },
  'a push that breaks off twice': { kind: 'registry-breaks', times: 2 },
  'a machine that dies during the bake': { kind: 'machine-dies', tag: 'redeploy:role=builder', times: 1 },
};

/** Weather that ends a deploy, and what it is told as. */
const lasting: [string, Weather, { code: string; message: RegExp }][] = [
  ['throttling', { kind: 'throttling' }, { code: 'aws', message: /AWS refused .*: Rate exceeded/ }],
  ['5xx', { kind: 'unavailable', calls: 'ec2:*' }, { code: 'aws', message: /AWS refused ec2:\w+ \(Unavailable\)/ }],
  ['connection resets', { kind: 'reset', calls: 'ecr:*' }, { code: 'aws', message: /cannot be reached.*reset/ }],
  ['expired credentials', { kind: 'expired-credentials', every: 40 }, { code: 'credentials', message: /have expired/ }],
  ['no capacity anywhere', { kind: 'no-capacity' }, { code: 'aws', message: /InsufficientInstanceCapacity/ }],
  ['an AMI stuck pending', { kind: 'stuck-images' }, { code: 'timeout', message: /gave up on AMI .* pending/ }],
  ['a registry that breaks', { kind: 'registry-breaks' }, { code: 'registry', message: /broke off 4 times.*reset/ }],
  [
    'builders that die',
    { kind: 'machine-dies', tag: 'redeploy:role=builder' },
    { code: 'bake', message: /3 builders were lost/ },
  ],
];

describe('weather', () => {
  const clean: Partial<Record<Command, string>> = {};
  const differences = (command: Command, world: string) => worldDifference(clean[command] ?? '', world);

  beforeAll(async () => {
    for (const command of ['first deploy', 'deploy', 'rollback'] as const) {
      await using story = await storyBefore(command);
      await perform(story, command);
      clean[command] = await settled(story);
    }
  }, 300_000);

  it.each(Object.entries(passing))(
    '%s does not keep a deploy or a rollback from its end',
    async (_, rule) => {
      for (const command of ['first deploy', 'deploy', 'rollback'] as const) {
        await using story = await storyBefore(command);
        setWeather(story, [rule]);
        expect((await perform(story, command))?.document).toBeUndefined();
        setWeather(story, []);
        expect(differences(command, await settled(story))).toEqual([]);
      }
    },
    60_000,
  );

  it.each(lasting)(
    '%s ends a deploy with an error that names it, and the next one succeeds',
    async (_, rule, told) => {
      await using story = await storyBefore('deploy');
      setWeather(story, [rule]);
      const failure = await perform(story, 'deploy');
      expect(failure?.document.code).toBe(told.code);
      expect(failure?.document.message).toMatch(told.message);
      expect(failure?.exitCode).toBe(1);
      setWeather(story, []);
      expect((await perform(story, 'deploy'))?.document).toBeUndefined();
      expect(differences('deploy', await settled(story))).toEqual([]);
    },
    60_000,
  );

  it('no capacity for an hour ends a rollback as Auto Scaling ends it, and the next one succeeds', async () => {
    await using story = await storyBefore('rollback');
    setWeather(story, [{ kind: 'no-capacity' }]);
    const failure = await perform(story, 'rollback');
    expect(failure?.document.message).toMatch(/RollbackSuccessful: .* made no progress for one hour/);
    setWeather(story, []);
    expect((await perform(story, 'rollback'))?.document).toBeUndefined();
    expect(differences('rollback', await settled(story))).toEqual([]);
  }, 60_000);

  it('in pairs and at any time ends right or with an error of ours, and the next run succeeds', async () => {
    const kinds: Weather[] = [...Object.values(passing), ...lasting.map(([, rule]) => rule)];
    const some = record({ rule: constantFrom(...kinds), every: integer({ min: 1, max: 50 }) });
    await assert(
      asyncProperty(
        constantFrom<Command>('first deploy', 'deploy', 'rollback'),
        array(some, { minLength: 2, maxLength: 2 }),
        async (command, pair) => {
          await using story = await storyBefore(command);
          setWeather(
            story,
            pair.map(({ rule, every }) => ({ ...rule, every: (rule.every ?? 1) * every })),
          );
          const failure = await perform(story, command);
          expect([undefined, 1]).toContain(failure?.exitCode);
          setWeather(story, []);
          expect((await perform(story, command))?.document).toBeUndefined();
          expect(differences(command, await settled(story))).toEqual([]);
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 8) },
    );
  }, 300_000);
});
