import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sequence } from './bench.ts';
import { balancers, targetGroups } from './cases/balancers.ts';
import { logsAndParameters, repositories, secrets } from './cases/content.ts';
import { groups, refreshes } from './cases/groups.ts';
import { identity } from './cases/identity.ts';
import { images, machines } from './cases/machines.ts';
import { network } from './cases/network.ts';
import { templates } from './cases/templates.ts';
import { differencesOf, type Difference } from './differences.ts';
import { startMinistack, startMoto, type Emulator } from './emulators.ts';
import { loadModels, type Models } from './models.ts';
import { runInEmulator, runInSandbox } from './worlds.ts';

const sequences: Record<string, Sequence> = {
  network,
  machines,
  images,
  templates,
  targetGroups,
  balancers,
  groups,
  refreshes,
  identity,
  secrets,
  logsAndParameters,
  repositories,
};

let emulators: Emulator[];
let models: Models;
const found: Difference[] = [];

beforeAll(async () => {
  models = await loadModels();
  emulators = await Promise.all([startMoto(), startMinistack()]);
});
afterAll(async () => {
  for (const emulator of emulators ?? []) await emulator[Symbol.asyncDispose]();
  await writeFile('/tmp/conf/found.json', JSON.stringify(found, null, 1));
});

describe.each(Object.entries(sequences))('%s', (_, sequence) => {
  it('is answered by the sandbox as the models and the emulators say', async () => {
    const ours = await runInSandbox(sequence, models);
    for (const emulator of emulators) {
      const theirs = await runInEmulator(sequence, emulator, models);
      found.push(...differencesOf(ours.recorded, theirs.recorded, emulator.name));
      expect.soft([...theirs.watch.violations]).toEqual([]);
    }
    expect([...ours.watch.violations]).toEqual([]);
  });
});
