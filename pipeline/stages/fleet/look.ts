import { paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { addressOf } from '../../core/address.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { runtimeHealthPath } from '../../core/health.ts';
import { namesOf } from '../../core/names.ts';
import type { Machine, World } from '../../core/observe.ts';
import type { ReleaseName } from '../../core/release.ts';
import type { Target } from '../../core/target.ts';
import type { Look, Said } from './judge.ts';

export interface Watched {
  release: ReleaseName;
  /** The public name, when there is a certificate for it. */
  host: string | undefined;
}

/** Everything that a release is judged by: the fleet, what its machines write, and what they answer. */
export async function lookAt(ctx: Context, target: Target, world: World, watched: Watched): Promise<Look> {
  const machines = world.fleet?.machines ?? [];
  const ours = machines.filter((machine) => machine.release === watched.release);
  const [said, answers] = await Promise.all([
    ours.length > 0 ? readWords(ctx, target, watched.release, ours) : new Map(),
    ours.some((machine) => machine.health === 'healthy') ? askMachines(ctx, target, world, watched.host) : [],
  ]);
  return { nowMs: ctx.clock.now(), machines, said, answers };
}

/** Reads the lines that templates/machine/fetch-settings.py writes at each start of the app. */
async function readWords(ctx: Context, target: Target, release: ReleaseName, ours: Machine[]) {
  const said = new Map<string, Said>();
  const request = {
    logGroupName: namesOf(target).logGroup,
    logStreamNamePrefix: `${release}/`,
    filterPattern: '"redeploy: "',
    startTime: earliest(ours),
  };
  try {
    for await (const page of paginateFilterLogEvents({ client: ctx.aws.logs }, request)) {
      for (const { logStreamName = '', message = '' } of page.events ?? []) {
        const machine = logStreamName.slice(release.length + 1);
        said.set(machine, hear(said.get(machine), message));
      }
    }
  } catch (error) {
    // The logs only make us quicker: who may not read them, or not now, waits for the balancer's word.
    if (!isAwsError(error, 'ResourceNotFoundException', 'AccessDeniedException', 'ThrottlingException')) throw error;
  }
  return said;
}

/** By AWS's clock, as the events are. A release that is rolled back to may have written for weeks. */
const earliest = (machines: Machine[]): number =>
  Math.min(...machines.map(({ launchedAt }) => launchedAt?.getTime() ?? 0));

function hear(known: Said = { starts: 0, settingsError: undefined }, message: string): Said {
  const start = /^redeploy: start (\d+)/.exec(message)?.[1];
  // Lines may come twice and late, so the number counts, not the lines.
  if (start !== undefined && Number(start) > known.starts) return { starts: Number(start), settingsError: undefined };
  const settingsError = /^redeploy: cannot fetch the settings: (.*)/.exec(message)?.[1];
  return settingsError === undefined ? known : { ...known, settingsError: settingsError.trim() };
}

const questions = 2;

/** Asks through the balancer, without a cookie: each question goes to the next machine. */
async function askMachines(ctx: Context, target: Target, { balancer }: World, host: string | undefined) {
  if (!balancer) return [];
  const url = `${addressOf(target, balancer.dnsName)}${runtimeHealthPath}`;
  const ask = async () => {
    try {
      return readAnswer((await ctx.http({ url, headers: host ? { host } : {}, timeoutMs: 3000 })).body);
    } catch {
      // No answer is no evidence: the balancer may be out of this computer's reach.
      return [];
    }
  };
  return (await Promise.all(Array.from({ length: questions }, ask))).flat();
}

function readAnswer(body: string): { machine: string; release: string }[] {
  const { instance, release } = JSON.parse(body) as { instance?: unknown; release?: unknown };
  return typeof instance === 'string' && typeof release === 'string' ? [{ machine: instance, release }] : [];
}
