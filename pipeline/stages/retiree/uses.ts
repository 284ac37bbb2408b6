import { DescribeAddressesCommand, paginateDescribeSecurityGroups } from '@aws-sdk/client-ec2';
import type { Context } from '../../core/context.ts';
import type { RecordSet } from '../../core/dns.ts';
import { tagRecord } from '../../core/names.ts';
import type { Finding } from '../../core/retire/finding.ts';
import { lookAround } from '../../core/retire/scripts.ts';
import { softwareOf } from '../../core/retire/software.ts';
import { namesLeadingTo, usesOnMachine } from '../../core/retire/uses.ts';
import type { Target } from '../../core/target.ts';
import { findZones, recordsOf } from '../zones.ts';
import { findDependents, findDetours } from './dependents.ts';
import { findObstacle, runOnOld } from './reach.ts';
import type { Both } from './sides.ts';

/** Who else needs the old machine: what runs on it, what leads to it, what it takes with it. */
export async function findUses(
  ctx: Context,
  target: Target,
  both: Pick<Both, 'machine' | 'sides'>,
): Promise<Finding[]> {
  const { machine, sides } = both;
  const addresses = addressesOf(machine, sides.old);
  const onMachine = machine.state === 'running' ? await findUsesOnMachine(ctx, target, machine.id) : [];
  const volumes = machine.keptVolumes.map((id) => ({
    key: `volume ${id}`,
    old: 'is attached',
    new: 'stays when the machine is terminated, and is billed',
  }));
  const address =
    target.retire.kind === 'ec2' && machine.state === 'running' && machine.reserved.length === 0
      ? [{ key: 'address', old: 'is no Elastic IP', new: 'is lost as soon as the machine is stopped' }]
      : [];
  const dependents = target.retire.kind === 'ec2' ? await findDependents(ctx, both) : [];
  const detours = await findDetours(ctx, target, both);
  const ofAddress = await findUsesOfAddress(ctx, target, addresses);
  return [...onMachine, ...dependents, ...volumes, ...address, ...detours, ...ofAddress];
}

async function findUsesOnMachine(ctx: Context, target: Target, machine: string): Promise<Finding[]> {
  const obstacle = await findObstacle(ctx, target, machine);
  if (obstacle !== undefined)
    return [{ key: 'listeners and cron jobs', old: `nobody can look: ${obstacle}`, new: 'go with the machine' }];
  const script = lookAround(softwareOf(target.retire));
  return usesOnMachine(await runOnOld(ctx, target, { machine, script }), target.retire);
}

export const addressesOf = (machine: Both['machine'], old: string): string[] => [
  ...new Set([old, ...machine.reserved.map(({ address }) => address)].filter(Boolean)),
];

/** Names and allowlists of this account that hold one of the addresses. */
export async function findUsesOfAddress(ctx: Context, target: Target, addresses: string[]): Promise<Finding[]> {
  if (addresses.length === 0) return [];
  const [records, groups, tags] = await Promise.all([
    findAllRecords(ctx),
    findAllowlists(ctx, addresses),
    target.retire.kind === 'ec2' ? findTags(ctx, addresses) : [],
  ]);
  return [...namesLeadingTo(records, addresses, target.retire), ...groups, ...tags];
}

/** Names within private zones, too, may lead to a public address. */
async function findAllRecords(ctx: Context): Promise<RecordSet[]> {
  const found: RecordSet[] = [];
  for (const { id } of await findZones(ctx)) found.push(...(await recordsOf(ctx, id)));
  return found;
}

async function findAllowlists(ctx: Context, addresses: string[]): Promise<Finding[]> {
  const cidrs = new Set(addresses.map((address) => `${address}/32`));
  const found: Finding[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client: ctx.aws.ec2 }, {})) {
    for (const { GroupId, GroupName, IpPermissions = [], IpPermissionsEgress = [] } of page.SecurityGroups ?? []) {
      const ranges = [...IpPermissions, ...IpPermissionsEgress].flatMap(({ IpRanges = [] }) => IpRanges);
      if (!ranges.some(({ CidrIp = '' }) => cidrs.has(CidrIp))) continue;
      found.push({ key: `allowlist ${GroupId}`, old: `${GroupName} lets the address through`, new: 'is for nobody' });
    }
  }
  return found;
}

/** A note that somebody has left at the address itself, such as who has it in an allowlist. */
async function findTags(ctx: Context, addresses: string[]): Promise<Finding[]> {
  const { Addresses = [] } = await ctx.aws.ec2.send(
    new DescribeAddressesCommand({ Filters: [{ Name: 'public-ip', Values: addresses }] }),
  );
  return Addresses.flatMap(({ Tags, PublicIp = '' }) =>
    Object.entries(tagRecord(Tags))
      .filter(([key]) => key !== 'Name' && !/^(aws|redeploy):/.test(key))
      .map(([key, value]) => ({
        key: `tag ${key}`,
        old: `${PublicIp} bears it: ${value}`,
        new: 'goes with the address',
      })),
  );
}
