import type { Context } from '../../pipeline/core/context.ts';
import { deploy } from '../../pipeline/commands/deploy.ts';
import { rollback } from '../../pipeline/commands/rollback.ts';
import path from 'node:path';
import { AwsError } from '../../sandbox/api/error.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import type { SandboxOptions } from '../../sandbox/sandbox.ts';
import type { CutOffWorld } from './cut-off-worlds.ts';
import { giveKey } from './deployer.ts';
import { clients } from './sandbox.ts';
import { startStory, type Story } from './story.ts';
import { unhurried } from './unhurried.ts';
import { worldDifference, worldText } from './world-text.ts';

/** How a call goes wrong: not carried out; carried out and not answered; carried out, and then the process is killed. */
export const ways = ['refused', 'answer lost', 'killed'] as const;
export type Way = (typeof ways)[number];

/** The commands of the story, in order. */
const commands = ['first deploy', 'second deploy', 'rollback'] as const;
type Command = (typeof commands)[number];

/** A call of a clean run: counted by operation, because lanes that run side by side change places. */
export interface Place {
  command: Command;
  /** `ec2:RunInstances 1`: the first of its kind in the command. */
  call: string;
}

/** What a clean run does and what is there after each of its commands. */
export interface CleanRun {
  around: CutOffWorld;
  places: Place[];
  worlds: Map<Command, string>;
}

type Before = NonNullable<SandboxOptions['before']>;
type Call = Parameters<Before>[0];

const prefix = 'AKIARUN';

/** Counts and breaks the calls of runs; anybody else's are left alone. */
export function saboteur() {
  let run = 0;
  let counts = new Map<string, number>();
  const dead = new Set<string>();
  const refused = () => new AwsError('ServiceUnavailable', 'the service is not available', { status: 503 });
  const state = {
    calls: [] as string[],
    cut: undefined as { call: string; way: Way } | undefined,
    wasCut: false,
    /** Access key of a new run. */
    begin: (): string => {
      counts = new Map();
      state.calls = [];
      run += 1;
      return `${prefix}${String(run).padStart(13, '0')}`;
    },
    before: async ({ service, operation, accessKeyId }: Call): Promise<void | 'lose-answer'> => {
      if (!accessKeyId.startsWith(prefix)) return;
      if (dead.has(accessKeyId)) throw refused();
      const kind = `${service}:${operation}`;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      const call = `${kind} ${count}`;
      state.calls.push(call);
      if (state.cut?.call !== call || state.wasCut) return;
      state.wasCut = true;
      if (state.cut.way === 'refused') throw refused();
      if (state.cut.way === 'killed') dead.add(accessKeyId);
      return 'lose-answer';
    },
  };
  return state;
}

interface Stage {
  story: Story;
  sabotage: ReturnType<typeof saboteur>;
}

async function openStage({ redeploy, surround }: CutOffWorld): Promise<Stage> {
  const sabotage = saboteur();
  const timing = { ...timings.none, tickMs: 2500 };
  const story = await startStory(redeploy, { timing, before: (call) => sabotage.before(call) });
  await surround?.(story);
  return { story, sabotage };
}

/** One process of `redeploy`: SDK retries are exhausted at once, as after the seventh attempt. */
async function perform({ story, sabotage }: Stage, command: Command): Promise<void> {
  const accessKeyId = sabotage.begin();
  giveKey(story.sandbox, accessKeyId);
  const aws = unhurried(story.clock, clients(story.sandbox, { accessKeyId }));
  const ctx: Context = { ...story.ctx, aws };
  const target = await story.target();
  const options = { wait: true, bundle: path.join(story.app, 'bundle') };
  await story.clock.run(async () => {
    if (command === 'rollback') await rollback(ctx, target, options);
    else await deploy(ctx, target, options);
  });
}

async function prepare({ story }: Stage, command: Command): Promise<void> {
  if (command !== 'second deploy') return;
  await story.edit('second line\n');
  await story.settings({ public: { greeting: 'hello again' } });
}

/** What is on its way out (drains, terminations) needs a while to be gone. */
async function settledWorld({ story }: Stage): Promise<string> {
  await story.clock.advance(120_000);
  return worldText(story.sandbox);
}

/** Runs the story with nothing in its way. */
export async function runClean(around: CutOffWorld): Promise<CleanRun> {
  const stage = await openStage(around);
  await using _ = stage.story;
  const places: Place[] = [];
  const worlds = new Map<Command, string>();
  for (const command of commands) {
    await prepare(stage, command);
    await perform(stage, command);
    places.push(...stage.sabotage.calls.map((call) => ({ command, call })));
    worlds.set(command, await settledWorld(stage));
  }
  return { around, places, worlds };
}

/** What came of a cut: nothing to complain about when `differences` is empty. */
export interface CutResult {
  /** False when the run went another way and never made this call. */
  wasReached: boolean;
  differences: string[];
}

/** Runs the story up to the command, cuts that off at the place, runs the same command again, and compares the worlds. */
export async function runCut(clean: CleanRun, { command, call }: Place, way: Way): Promise<CutResult> {
  const stage = await openStage(clean.around);
  await using _ = stage.story;
  for (const earlier of commands.slice(0, commands.indexOf(command))) {
    await prepare(stage, earlier);
    await perform(stage, earlier);
  }
  await prepare(stage, command);
  stage.sabotage.cut = { call, way };
  const first = await perform(stage, command).then(
    () => undefined,
    (error: unknown) => error,
  );
  const { wasCut: wasReached } = stage.sabotage;
  try {
    await perform(stage, command);
  } catch (error) {
    return { wasReached, differences: [`the second run failed: ${String(error)}`, `the first run: ${String(first)}`] };
  }
  return { wasReached, differences: worldDifference(clean.worlds.get(command) ?? '', await settledWorld(stage)) };
}
