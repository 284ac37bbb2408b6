import path from 'node:path';
import type { DeployResult } from '../../pipeline/commands/deploy.ts';
import { deploy } from '../../pipeline/commands/deploy.ts';
import { plan, type Plan } from '../../pipeline/commands/plan.ts';
import type { Context } from '../../pipeline/core/context.ts';
import type { PendingCall } from '../../sandbox/api/dispatch.ts';
import { AwsError } from '../../sandbox/api/error.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { giveKey } from './deployer.ts';
import { clients } from './sandbox.ts';
import { startStory, type Story } from './story.ts';
import { unhurried } from './unhurried.ts';

/** A story whose deploys are watched: which operations changed something. */
export interface Watched {
  story: Story;
  plan(): Promise<Plan>;
  /** The operations of the deploy that change something, sorted, each as often as it was called. */
  deploy(): Promise<{ result: DeployResult; calls: string[] }>;
  /** A deploy that dies at its n-th call, or ends before it. */
  deployCutOff(atCall: number): Promise<void>;
}

const isRead = /^(Describe|Get|List|Filter|Simulate|Batch|Lookup|Search)/;

/** Opens the story. Calls of the watched key alone are counted and cut. */
export async function watchedStory(redeploy: Record<string, unknown> = {}): Promise<Watched & AsyncDisposable> {
  let run = 0;
  let made: PendingCall[] = [];
  let cutAt = Infinity;
  const before = async (call: PendingCall) => {
    if (!call.accessKeyId.startsWith('AKIAWATCHED') || call.attempt > 1) return;
    made.push(call);
    if (made.length >= cutAt) throw new AwsError('ServiceUnavailable', 'the process is dead', { status: 503 });
  };
  const story = await startStory(redeploy, { timing: { ...timings.none, tickMs: 2500 }, before });
  const context = (): Context => {
    made = [];
    run += 1;
    const accessKeyId = `AKIAWATCHED${String(run).padStart(9, '0')}`;
    giveKey(story.sandbox, accessKeyId);
    return { ...story.ctx, aws: unhurried(story.clock, clients(story.sandbox, { accessKeyId })) };
  };
  const bundle = path.join(story.app, 'bundle');
  const run_ = async (ctx: Context) =>
    await story.clock.run(async () => await deploy(ctx, await story.target(), { wait: true, bundle }));
  return {
    story,
    plan: async () => {
      const ctx = context();
      const seen = await story.clock.run(async () => await plan(ctx, await story.target(), { bundle }));
      const mutating = made.map(({ operation }) => operation).filter((name) => !isRead.test(name));
      if (mutating.length > 0) throw new Error(`plan changed something: ${mutating.join(', ')}`);
      return seen;
    },
    deploy: async () => {
      const result = await run_(context());
      const calls = made.filter(({ operation }) => !isRead.test(operation));
      return { result, calls: calls.map(({ service, operation }) => `${service}:${operation}`).toSorted() };
    },
    deployCutOff: async (atCall) => {
      const ctx = context();
      cutAt = atCall;
      await run_(ctx).catch(() => undefined);
      cutAt = Infinity;
    },
    [Symbol.asyncDispose]: () => story[Symbol.asyncDispose](),
  };
}

/** Calls that depend on what is met on the way: once for each machine that is seen leaving. */
const untold = new Set(['ec2:CreateTags']);

/** Operations that a plan announces, sorted, each as often as it will be called. */
export const announced = ({ steps }: Plan): string[] =>
  steps
    .flatMap(({ changes }) => changes.flatMap(({ calls }) => calls))
    .filter((call) => !untold.has(call))
    .toSorted();

export const countable = (calls: string[]): string[] => calls.filter((call) => !untold.has(call));
