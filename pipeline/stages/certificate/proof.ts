import type { DomainValidation } from '@aws-sdk/client-acm';
import { ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import type { Act } from '../../core/act.ts';
import { zoneOf, type Zone } from '../zones.ts';

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
