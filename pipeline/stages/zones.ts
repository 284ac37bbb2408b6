import {
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  type ListResourceRecordSetsCommandOutput,
  paginateListHostedZones,
} from '@aws-sdk/client-route-53';
import type { Context } from '../core/context.ts';
import { fullName, leadingRecords, type Name, type RecordSet } from '../core/dns.ts';
import { isAwsError } from '../core/errors.ts';

export interface Zone {
  id: string;
  /** As Route 53 writes it, with the dot at the end. */
  name: string;
  isPublic: boolean;
}

/** All zones of the account. */
export async function findZones(ctx: Context): Promise<Zone[]> {
  const found: Zone[] = [];
  for await (const { HostedZones = [] } of paginateListHostedZones({ client: ctx.aws.route53 }, {})) {
    for (const { Id = '', Name: name = '', Config } of HostedZones)
      found.push({ id: Id.replace('/hostedzone/', ''), name, isPublic: Config?.PrivateZone !== true });
  }
  return found;
}

/** None when the credentials may not look: then the user is told which records to write. */
export async function findZonesIfAllowed(ctx: Context): Promise<Zone[]> {
  try {
    return await findZones(ctx);
  } catch (error) {
    if (isAwsError(error, 'AccessDenied', 'AccessDeniedException')) return [];
    throw error;
  }
}

/** The public zone that a name belongs to: the longest that it ends with. */
export const zoneOf = (zones: readonly Zone[], host: string): Zone | undefined =>
  zones
    .filter(({ name, isPublic }) => isPublic && `.${fullName(host)}`.endsWith(`.${name}`))
    .toSorted((a, b) => b.name.length - a.name.length)[0];

/** Looks each name up in the zone that holds it. */
export async function findNames(ctx: Context, zones: readonly Zone[], hosts: readonly string[]): Promise<Name[]> {
  const known = new Map<string, RecordSet[]>();
  const placed = hosts.map((host) => ({ host, zoneId: zoneOf(zones, host)?.id }));
  for (const zoneId of new Set(placed.flatMap((one) => one.zoneId ?? []))) {
    const own = placed.filter((one) => one.zoneId === zoneId).map(({ host }) => host);
    known.set(zoneId, await recordsOfNames(ctx, zoneId, own));
  }
  return placed.map(({ host, zoneId }) => ({
    host,
    zoneId,
    records: leadingRecords(known.get(zoneId ?? '') ?? [], host),
  }));
}

/** Route 53 takes five requests a second of an account: for more names than that the whole zone is read, 300 records in one. */
const mostLookUps = 5;

/** What leads the visitors of names in one zone. */
export async function recordsOfNames(ctx: Context, zoneId: string, hosts: readonly string[]): Promise<RecordSet[]> {
  if (hosts.length > mostLookUps) {
    const all = await recordsOf(ctx, zoneId);
    return hosts.flatMap((host) => leadingRecords(all, host));
  }
  const found: RecordSet[] = [];
  for (const host of hosts) found.push(...(await recordsOfName(ctx, zoneId, host)));
  return found;
}

/** What leads the visitors of a name. */
async function recordsOfName(ctx: Context, zoneId: string, host: string): Promise<RecordSet[]> {
  const name = fullName(host);
  const found: RecordSet[] = [];
  for await (const records of pagesOf(ctx, zoneId, { StartRecordName: name })) {
    found.push(...leadingRecords(records, host));
    // Records come in the order of their names, those of one name together.
    if (records.at(-1)?.Name?.toLowerCase() !== name) break;
  }
  return found;
}

/** All records of a zone. */
export async function recordsOf(ctx: Context, zoneId: string): Promise<RecordSet[]> {
  const found: RecordSet[] = [];
  for await (const records of pagesOf(ctx, zoneId, {})) found.push(...records);
  return found;
}

type From = Partial<ListResourceRecordSetsCommandInput>;

/** The SDK has no paginator for this one. */
async function* pagesOf(ctx: Context, zoneId: string, start: From): AsyncGenerator<RecordSet[]> {
  let from: From | undefined = start;
  while (from) {
    const page: ListResourceRecordSetsCommandOutput = await ctx.aws.route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...from }),
    );
    yield page.ResourceRecordSets ?? [];
    const { IsTruncated, NextRecordName, NextRecordType, NextRecordIdentifier } = page;
    from = IsTruncated
      ? {
          StartRecordName: NextRecordName,
          StartRecordType: NextRecordType,
          StartRecordIdentifier: NextRecordIdentifier,
        }
      : undefined;
  }
}
