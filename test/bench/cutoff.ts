import { cutOffWorlds, type CutOffWorld } from '../support/cut-off-worlds.ts';
import { runClean, runCut, ways, type CleanRun, type Way } from '../support/cut-off.ts';

// `npm run bench:cutoff` cuts every AWS call of a clean first deploy, second deploy and rollback, three ways, runs the
// command again and compares the worlds. `-- --every 7` cuts one call in seven, `-- --only RunInstances` those of that name,
// `-- --way killed` one way alone, `-- --world reserve` is another environment (test/support/cut-off-worlds.ts).
const option = (name: string): string | undefined =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
const every = Number(option('--every') ?? 1);
const only = option('--only') ?? '';
const print = (line: string) => void process.stdout.write(`${line}\n`);

async function cutAll(clean: CleanRun, way: Way): Promise<number> {
  const offset = (ways.indexOf(way) * 7) % every;
  const places = clean.places.filter(({ call }, at) => at % every === offset && call.includes(only));
  let good = 0;
  let missed = 0;
  for (const place of places) {
    const { differences, wasReached } = await runCut(clean, place, way);
    if (!wasReached) missed += 1;
    if (differences.length === 0) good += 1;
    else print(`  ${place.command}, ${place.call}, ${way}:\n    ${differences.slice(0, 8).join('\n    ')}`);
  }
  const note = missed > 0 ? `; ${missed} of these calls were not made again, their runs were clean` : '';
  print(`${way}: ${good} of ${places.length} end as a clean run does${note}`);
  return places.length - good;
}

const startedAt = performance.now();
const worlds: Record<string, CutOffWorld | undefined> = cutOffWorlds;
const world = worlds[option('--world') ?? 'plain'];
if (!world) throw new Error(`--world is one of ${Object.keys(worlds).join(', ')}`);
const clean = await runClean(world);
print(`a clean first deploy, second deploy and rollback make ${clean.places.length} AWS calls`);
let failed = 0;
for (const way of ways.filter((one) => one === (option('--way') ?? one))) failed += await cutAll(clean, way);
print(`${Math.round((performance.now() - startedAt) / 1000)} s`);
process.exit(failed === 0 ? 0 : 1);
