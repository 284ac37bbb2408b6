import type { DomainValidation } from '@aws-sdk/client-acm';
import { ChangeResourceRecordSetsCommand, paginateListHostedZones } from '@aws-sdk/client-route-53';
import type { Act } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';

/** A public zone of the account. */
export interface Zone {
  id: string;
  /** `example.com`, without the dot at the end. */
  name: string;
}

/** All public zones; none when the credentials may not look: then the user is told what to add. */
export async function findZones(ctx: Context): Promise<Zone[]> {
  const found: Zone[] = [];
  try {
    for await (const page of paginateListHostedZones({ client: ctx.aws.route53 }, {})) {
      const open = (page.HostedZones ?? []).filter(({ Config }) => !Config?.PrivateZone);
      found.push(...open.map(({ Id = '', Name = '' }) => ({ id: Id.split('/').at(-1) ?? '', name: dotless(Name) })));
    }
  } catch (error) {
    if (!isAwsError(error, 'AccessDenied', 'AccessDeniedException')) throw error;
  }
  return found;
}

const dotless = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** The zone that a name belongs to: the longest that it ends with. */
export const zoneOf = (zones: readonly Zone[], name: string): Zone | undefined =>
  zones
    .filter((zone) => dotless(name) === zone.name || dotless(name).endsWith(`.${zone.name}`))
    .toSorted((a, b) => b.name.length - a.name.length)[0];

/** Records that prove the names of a certificate: acts for those that have a zone here, words for the others. */
export function proofActs(
  zones: readonly Zone[],
  options: readonly DomainValidation[],
): { acts: Act[]; missing: string[] } {
  const records = new Map(options.map(({ ResourceRecord: one }) => [one?.Name ?? '', one?.Value ?? '']));
  const acts: Act[] = [];
  const missing: string[] = [];
  for (const [Name, Value] of records) {
    const zone = zoneOf(zones, Name);
    if (zone) acts.push(proofAct(zone, Name, Value));
    else missing.push(`${Name} CNAME ${Value}`);
  }
  return { acts, missing };
}

const proofAct = (zone: Zone, Name: string, Value: string): Act => ({
  change: {
    action: 'create',
    what: `record ${Name}`,
    why: 'it proves to ACM that the name is yours',
    calls: ['route53:ChangeResourceRecordSets'],
  },
  perform: (ctx) =>
    ctx.aws.route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone.id,
        ChangeBatch: {
          Changes: [
            {
              Action: 'UPSERT',
              ResourceRecordSet: { Name, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value }] },
            },
          ],
        },
      }),
    ),
});
