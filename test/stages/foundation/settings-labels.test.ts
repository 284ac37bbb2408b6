import { expect, it } from 'vitest';
import { startStory } from '../../support/story.ts';
import { surplusVersions } from '../../../pipeline/stages/foundation/secret.ts';

it('gives up no settings while there is room for one more label', () => {
  expect(surplusVersions({}, [])).toEqual([]);
});

it('gives up settings that no release needs before those that an old release needs', () => {
  const distinct = Object.fromEntries(
    Array.from({ length: 19 }, (_, index) => {
      const version = `${index}`.padEnd(64, 'x');
      return [version, [`settings-${version.slice(0, 16)}`]];
    }),
  );
  const versions = Object.keys(distinct);
  const needed = versions.slice(1);
  expect(surplusVersions(distinct, needed)).toEqual([versions[18], versions[0]]);
});

it('deploys 21 changes of settings one after the other, and the live one keeps its settings', async () => {
  await using story = await startStory();
  for (let round = 1; round <= 21; round += 1) {
    await story.settings({ public: { round } });
    expect(await story.deploy()).toMatchObject({ release: `v${round}` });
  }
  expect(await story.rollback()).toMatchObject({ release: 'v20' });
}, 120_000);
