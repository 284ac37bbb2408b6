import type { Context } from '../../core/context.ts';
import { leftText } from '../../core/duration.ts';
import { DeployError } from '../../core/errors.ts';
import { callerText, fold, missingMs, type Residue } from '../../core/retire/residue.ts';
import type { Target } from '../../core/target.ts';
import { demand } from './dossier.ts';
import { lookAtTraffic } from './look.ts';
import { leadingTo } from './resolvers.ts';
import { findNames, findZones } from '../zones.ts';
import { addressesOf } from './uses.ts';
import type { Both } from './sides.ts';

/** Names the source of whoever still comes, and refuses. Looks again: what the evidence says was then. */
export async function demandQuiet(ctx: Context, target: Target, { dossier, machine }: Both): Promise<void> {
  const { retire } = target;
  const on = { machine: machine.id, now: ctx.clock.now(), freshHours: retire.freshHours };
  const known = dossier.watch;
  if (known?.machine === machine.id && missingMs(known.facts, retire) > 0) throw stillBusy(known.facts, retire);
  const { facts } = demand(dossier, 'watch', on);
  if (machine.state !== 'running') return;
  const now = fold(facts, await lookAtTraffic(ctx, target, machine.id), retire);
  if (missingMs(now, retire) > 0) throw stillBusy(now, retire);
}

function stillBusy(residue: Residue, retire: Target['retire']): DeployError {
  const left = leftText(missingMs(residue, retire));
  return new DeployError('retire', `the old machine has had traffic since ${residue.quietSince}: ${left} to go`, {
    lines: residue.callers.map((one) => callerText(one)),
    hint: 'give whoever that is the name instead of the address, then `redeploy retire watch`; retire.ignoreSources leaves monitors out, retire.noiseRequests scanners',
  });
}

/** No public name may lead to the old machine any more, in our zones or at the resolvers. */
export async function demandNoName(ctx: Context, target: Target, addresses: readonly string[]): Promise<void> {
  const { hostnames, resolvers } = target.retire;
  const names = await findNames(ctx, await findZones(ctx), hostnames);
  const inZones = names
    .filter(({ records }) =>
      records.some(({ ResourceRecords = [] }) => ResourceRecords.some(({ Value = '' }) => addresses.includes(Value))),
    )
    .map(({ host }) => `${host} (in Route 53)`);
  const leading = [...inZones, ...(await leadingTo(ctx, resolvers, hostnames, addresses))];
  if (leading.length === 0) return;
  throw new DeployError('retire', `${leading.join(', ')} still leads to the old machine`, {
    hint: 'run `redeploy cutover`, or wait until the resolvers have forgotten it',
  });
}

/** Every address of the old machine, now or when it was stopped. */
export const knownAddresses = ({ machine, sides, dossier }: Both): string[] => [
  ...new Set([
    ...addressesOf(machine, sides.old),
    ...(dossier.stop?.facts.reserved ?? []).map(({ address }) => address),
  ]),
];

/** Asks for the name of what goes for ever. Throws `usage` when another one is given. */
export async function confirmByName(
  confirm: (question: string) => Promise<string>,
  name: string,
  what: string,
): Promise<void> {
  const answer = await confirm(`${what} This cannot be undone. Type ${name} to go on:`);
  if (answer === name) return;
  throw new DeployError('usage', `"${answer}" is not "${name}": nothing was done`, {
    hint: `type ${name}, or give --confirm ${name}`,
  });
}
