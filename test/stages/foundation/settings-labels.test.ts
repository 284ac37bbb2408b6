import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import { timings } from '../../../sandbox/engine/engine.ts';
import { startStory } from '../../support/story.ts';
import { Secret } from '../../../pipeline/core/secret.ts';
import { ensureSecret, ensureSettingsVersion, surplusVersions } from '../../../pipeline/stages/foundation/secret.ts';

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

it('labels settings again whose version lost its label long ago and is not removed yet', async () => {
  await using story = await startStory();
  const secretArn = await story.clock.run(async () => ensureSecret(story.ctx, await story.target()));
  const versionWith = async (round: number) => {
    const payload = { settings: new Secret<unknown>({ round }), env: new Secret({}) };
    return ensureSettingsVersion(story.ctx, secretArn, { payload, rootUrl: 'http://lb', needed: [] });
  };
  const stagesOf = async (version: string) =>
    (await story.ctx.aws.secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }))).VersionIdsToStages?.[
      version
    ];
  const versions: string[] = [];
  for (let round = 0; round <= 20; round += 1) versions.push(await versionWith(round));
  const isLost = await Promise.all(versions.map(async (version) => (await stagesOf(version)) === undefined));
  const lost = isLost.indexOf(true);
  const version = versions[lost] ?? '';
  expect(await versionWith(lost)).toBe(version);
  expect(await stagesOf(version)).toEqual([`settings-${version.slice(0, 16)}`]);
});

it('deploys 21 changes of settings one after the other, and the live one keeps its settings', async () => {
  // Nothing here is about how long machines take, and each second costs looks at the fleet.
  await using story = await startStory({}, { timing: timings.none });
  for (let round = 1; round <= 21; round += 1) {
    await story.settings({ public: { round } });
    expect(await story.deploy()).toMatchObject({ release: `v${round}` });
  }
  expect(await story.rollback()).toMatchObject({ release: 'v20' });
}, 300_000);
