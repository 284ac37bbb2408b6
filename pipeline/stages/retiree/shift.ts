import type { Context } from '../../core/context.ts';
import { fullName, type Name, type RecordSet } from '../../core/dns.ts';
import { durationText, leftText } from '../../core/duration.ts';
import { DeployError } from '../../core/errors.ts';
import { step, type Outcome } from '../../core/report.ts';
import type { Evidence } from '../../core/retire/evidence.ts';
import {
  finalRecords,
  isFinal,
  listText,
  longestTtl,
  percentMoved,
  weightedRecords,
} from '../../core/retire/records.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';
import { demand, forget, testify } from './dossier.ts';
import { writeRecords } from './records.ts';
import { ipv6Addresses, watchResolvers } from './resolvers.ts';
import { watchShare } from './share.ts';
import type { Both } from './sides.ts';

/** How long other people's DNS may take to show a change that they were told to make. */
const byHandMs = 24 * 3_600_000;

/** Writes down what there was, before anything of it is changed. */
export async function prepare(
  ctx: Context,
  target: Target,
  { machine, dossier }: Both,
  names: readonly Name[],
): Promise<Outcome<Evidence<'shift'>>> {
  const { shift } = dossier;
  if (shift?.machine === machine.id) return { value: shift, detail: `begun at ${shift.since}`, reused: true };
  demand(dossier, 'plan', { machine: machine.id, now: ctx.clock.now(), freshHours: target.retire.freshHours });
  const originals = names.flatMap(({ records }) => records);
  const value = await testify(ctx, target, {
    step: 'shift',
    state: 'begun',
    machine: machine.id,
    facts: { originals },
  });
  return { value, detail: listText(originals) || 'the names are not in Route 53 here' };
}

interface Move {
  both: Both;
  names: Name[];
  begun: Evidence<'shift'>;
}

/** One share after the other, each watched; or just the one that was asked for. */
export async function moveShares(
  ctx: Context,
  target: Target,
  move: Move & { weight: number | undefined },
): Promise<void> {
  const { both, begun, weight } = move;
  const names = move.names.filter(({ records }) => !isFinal(records, both.balancer));
  if (names.length === 0 && weight === undefined) return;
  const now = Math.min(...move.names.map(({ records }) => percentMoved(records, both.balancer) ?? 0));
  if (now === 0) await step(ctx, 'time to live', (inner) => lowerTtl(inner, { both, names, begun }));
  // The share that a run before was watching is watched again: nobody saw its end.
  const shares = weight === undefined ? target.retire.shiftPercents.filter((one) => one >= now) : [weight];
  for (const percent of shares) {
    await step(ctx, `${percent} %`, (inner) => moveShare(inner, target, { both, names: move.names, begun }, percent));
  }
}

/** Weighted records with nothing on the new side, and a short life; then everybody must have heard of it. */
async function lowerTtl(ctx: Context, { both, names, begun }: Move): Promise<Outcome<void>> {
  await write(ctx, { names, begun }, (originals) => weightedRecords(originals, both.balancer, 0));
  const seconds = longestTtl(begun.facts.originals);
  const endsAt = Date.parse(begun.since) + seconds * 1000;
  const limits = { everyMs: Math.min(10, Math.max(1, seconds)) * 1000, forMs: (seconds + 60) * 1000 };
  await until(ctx, 'answers from before', limits, async () => {
    const leftMs = endsAt - ctx.clock.now();
    return leftMs <= 0 ? { done: undefined } : { pending: `resolvers may keep them for ${leftText(leftMs)} more` };
  });
  return { value: undefined, detail: `${durationText(seconds * 1000)} before, 1 min now` };
}

async function moveShare(ctx: Context, target: Target, move: Move, percent: number): Promise<Outcome<void>> {
  const { both } = move;
  await write(ctx, move, (originals) => weightedRecords(originals, both.balancer, percent));
  if (percent === 0) return { value: undefined };
  try {
    const detail = await watchShare(ctx, target, { sides: both.sides, balancerArn: both.balancer.arn, percent });
    return { value: undefined, detail };
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'traffic') throw error;
    await write(ctx, move, (originals) => weightedRecords(originals, both.balancer, 0));
    throw new DeployError('traffic', `${error.message}; the name leads to the old balancer again`, {
      hint: 'find out why with `redeploy status`, then run the same command again',
      cause: error,
    });
  }
}

async function write(
  ctx: Context,
  { names, begun }: { names: readonly Name[]; begun: Evidence<'shift'> },
  wanted: (originals: RecordSet[], name: Name) => RecordSet[],
): Promise<void> {
  await writeRecords(
    ctx,
    names.map((name) => ({ name, wanted: wanted(originalsOf(begun, name), name) })),
  );
}

const originalsOf = ({ facts }: Evidence<'shift'>, name: Name): RecordSet[] =>
  facts.originals.filter(({ Name: full = '' }) => full.toLowerCase() === fullName(name.host));

/** Plain aliases in Route 53; elsewhere the change is told, and all resolvers must show it. */
export async function settle(ctx: Context, target: Target, { both, names, begun }: Move): Promise<Outcome<void>> {
  const { balancer } = both;
  const foreign = names.filter(({ zoneId }) => zoneId === undefined);
  const zoned = names.filter((one) => !foreign.includes(one));
  await writeRecords(
    ctx,
    zoned.map((name) => ({ name, wanted: finalRecords(name.host, balancer) })),
  );
  for (const { host } of foreign) {
    tellChange(ctx, host, balancer.dnsName);
    await tellIpv6(ctx, target, host);
  }
  const forMs = foreign.length > 0 ? byHandMs : (longestTtl(begun.facts.originals) + 600) * 1000;
  await watchResolvers(
    ctx,
    target.retire.resolvers,
    names.map(({ host }) => ({ host, to: balancer.dnsName, isIpv4Only: true })),
    forMs,
  );
  return { value: undefined, detail: `every resolver leads to ${balancer.dnsName}` };
}

function tellChange(ctx: Context, host: string, to: string): void {
  const what = /^[\d.]+$/.test(to) ? `A ${to}` : `CNAME ${to} (ALIAS or ANAME where the name is a domain itself)`;
  ctx.report({ kind: 'note', message: `change this where the DNS of ${host} is kept: ${host} -> ${what}, TTL 60` });
}

/** What leads there by IPv6 has to go: the new balancer has no such address. */
async function tellIpv6(ctx: Context, target: Target, host: string): Promise<void> {
  const [resolver] = target.retire.resolvers;
  const found = resolver === undefined ? [] : await ipv6Addresses(ctx, resolver, host).catch(() => []);
  if (found.length === 0) return;
  const message = `remove the AAAA record of ${host} there (${found.join(', ')}): the new load balancer has no IPv6 address`;
  ctx.report({ kind: 'note', message });
}

/** Everything as it was before the first share was moved. */
export async function leadBack(
  ctx: Context,
  target: Target,
  both: Both,
  names: readonly Name[],
): Promise<Outcome<void>> {
  const { shift, forward } = both.dossier;
  if (!shift) return { value: undefined, detail: 'the name was never moved', reused: true };
  if (forward) {
    throw new DeployError('retire', 'the old machine forwards to the new balancer: the way back begins there', {
      hint: 'run `redeploy retire back` until the name is next',
    });
  }
  const zoned = names.filter(({ zoneId }) => zoneId !== undefined);
  await write(ctx, { names: zoned, begun: shift }, (originals) => originals);
  const foreign = names.filter(({ zoneId }) => zoneId === undefined);
  for (const { host } of foreign) tellChange(ctx, host, both.sides.old);
  if (shift.state === 'done' || foreign.length === 0) {
    const wanted = foreign.map(({ host }) => ({ host, to: both.sides.old }));
    await watchResolvers(ctx, target.retire.resolvers, wanted, byHandMs);
  }
  await forget(ctx, target, 'shift');
  return { value: undefined, detail: `${listText(shift.facts.originals) || both.sides.old} as before` };
}
