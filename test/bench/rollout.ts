import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeployResult } from '../../pipeline/commands/deploy.ts';
import { draw } from './rollout/draw.ts';
import { broken, figuresOf } from './rollout/figures.ts';
import { changeCode, make, nameRelease, openBench, type Move } from './rollout/moves.ts';
import { watchUnderLoad } from './rollout/run.ts';

// npm run bench:rollout [-- --perSecond 400]: two deploys, a settings-only deploy and a rollback on real machines under load.
// Figures go to standard output as JSON, what happens to standard error, the drawing beside them.

const promised = { requests: 100_000, sockets: 200 };
const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const perSecond = Number(option('perSecond') ?? 400);
const directory = path.resolve(option('to') ?? 'test-results');
const startedAt = Date.now();
const say = (line: string) =>
  void process.stderr.write(`${String(Math.round((Date.now() - startedAt) / 1000)).padStart(4)} s  ${line}\n`);

say('the first deploy, without visitors');
await using story = await openBench('bench', 30);
const { url } = await story.ask<DeployResult>('deploy');

const moves = async (): Promise<Move[]> => {
  const made: Move[] = [];
  const go = async (what: string, ...command: string[]) => {
    say(what);
    made.push(await make(story, made.at(-1)?.to ?? 'v1', what, ...command));
  };
  for (const release of ['v2', 'v3']) {
    await nameRelease(story, release);
    await changeCode(story, release);
    await go(`deploy of ${release}: code and settings`, 'deploy');
  }
  await nameRelease(story, 'v4');
  await go('deploy of v4: settings only', 'deploy');
  await go('rollback to v3', 'rollback');
  return made;
};

const load = { url, perSecond, ...promised };
const seen = await watchUnderLoad(story, load, moves);
const figures = figuresOf(seen);
const reasons = broken(figures, promised);
process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
await mkdir(directory, { recursive: true });
await writeFile(path.join(directory, 'rollout.svg'), draw(seen));
await writeFile(path.join(directory, 'rollout.json'), JSON.stringify({ figures, reasons }, undefined, 2));
say(`drawn into ${path.join(directory, 'rollout.svg')}`);
for (const reason of reasons) say(`NOT KEPT: ${reason}`);
process.exitCode = reasons.length === 0 ? 0 : 1;
