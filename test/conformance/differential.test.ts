import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sequence } from './bench.ts';
import { alarms } from './cases/alarms.ts';
import { addresses } from './cases/addresses.ts';
import { balancers, targetGroups } from './cases/balancers.ts';
import { certificates } from './cases/certificates.ts';
import { logsAndParameters, repositories, secrets } from './cases/content.ts';
import { groups, refreshes } from './cases/groups.ts';
import { identity } from './cases/identity.ts';
import { images, machines } from './cases/machines.ts';
import { names } from './cases/names.ts';
import { reserve } from './cases/reserve.ts';
import { prices } from './cases/prices.ts';
import { quotas } from './cases/quotas.ts';
import { network, routes } from './cases/network.ts';
import { mixedInstances, scaling } from './cases/scaling.ts';
import { retirement } from './cases/retirement.ts';
import { scripts } from './cases/scripts.ts';
import { topics } from './cases/topics.ts';
import { templates } from './cases/templates.ts';
import { differencesOf, type Difference } from './differences.ts';
import { startMinistack, startMoto, type Emulator } from './emulators.ts';
import { openModels } from '../support/models.ts';
import { modelsDirectory } from '../support/models/environment.ts';
import { unreadablePatterns } from '../support/models/scalar.ts';
import { operationsOfPipeline, pagedOperationsOfPipeline } from './pipeline-operations.ts';
import { judge, readVerdicts, spoken } from './verdicts.ts';
import { runInEmulator, runInSandbox } from './worlds.ts';

const sequences: Record<string, Sequence> = {
  network,
  routes,
  machines,
  images,
  templates,
  targetGroups,
  balancers,
  groups,
  refreshes,
  reserve,
  scaling,
  mixedInstances,
  alarms,
  identity,
  secrets,
  logsAndParameters,
  repositories,
  quotas,
  prices,
  certificates,
  names,
  addresses,
  retirement,
  scripts,
  topics,
};

let emulators: Emulator[];
const models = openModels(modelsDirectory());
const found: Difference[] = [];
const called = new Set<string>();
const refused = new Set<string>();
const cases = new Set<string>();

beforeAll(async () => {
  emulators = await Promise.all([startMoto(), startMinistack()]);
});
afterAll(async () => {
  for (const emulator of emulators ?? []) await emulator[Symbol.asyncDispose]();
});

describe('the same calls', () => {
  it.each(Object.entries(sequences))('of %s are made in all worlds, as the models demand', async (_, sequence) => {
    const [ours, ...others] = await Promise.all([
      runInSandbox(sequence, models),
      ...emulators.map((emulator) => runInEmulator(sequence, emulator, models)),
    ]);
    for (const { operation, case: name, outcome } of ours.recorded) {
      called.add(operation);
      cases.add(`${operation} ${name}`);
      if (outcome.kind === 'error') refused.add(operation);
    }
    const answers = [...ours.watch.violations].filter((violation) => violation.includes(' answer '));
    found.push(...answers.map(spoken));
    const requests = [...ours.watch.violations].filter((violation) => !answers.includes(violation));
    for (const [index, theirs] of others.entries()) {
      found.push(...differencesOf(ours.recorded, theirs.recorded, emulators[index]?.name ?? ''));
      requests.push(...theirs.watch.violations);
    }
    expect(requests).toEqual([]);
  });

  it('are every operation that the pipeline calls', async () => {
    const wanted = await operationsOfPipeline();
    expect(wanted.length).toBeGreaterThan(50);
    expect(wanted.filter((operation) => !called.has(operation))).toEqual([]);
  });

  it('are refused in one case at least', async () => {
    const unrefused = (await operationsOfPipeline()).filter((operation) => !refused.has(operation));
    // These are asked for nothing that could be wrong.
    expect(unrefused).toEqual(['ecr:GetAuthorizationToken', 'sts:GetCallerIdentity']);
  });

  it('are read page by page where the pipeline reads them so', async () => {
    const paged = new Set([...cases].filter((name) => name.includes('page')).map((name) => name.split(' ')[0]));
    expect((await pagedOperationsOfPipeline()).filter((operation) => !paged.has(operation))).toEqual([]);
  });

  it('differ in nothing that docs/conformance.md does not judge, and it judges nothing that is gone', async () => {
    const directory = process.env['CONFORMANCE_FOUND'];
    if (directory) await writeFile(directory, JSON.stringify(found, null, 1));
    const { open, stale } = judge(found, await readVerdicts());
    expect.soft(open).toEqual([]);
    expect(stale).toEqual([]);
  });

  it('were read with every pattern of the models', () => {
    expect(unreadablePatterns()).toEqual([]);
  });
});
