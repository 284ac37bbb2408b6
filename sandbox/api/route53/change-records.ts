import type * as client from '@aws-sdk/client-route-53';
import { applyChanges, type Change } from '../../engine/route53/change.ts';
import { findZone, newChange } from '../../engine/route53/zones.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { readChange } from './read-change.ts';
import { changeForm } from './zones.ts';

/** Quotas of a batch (DNSLimitations.html): records, an UPSERT counted twice, and characters of their values. */
const mostRecords = 1000;
const mostCharacters = 32_000;

/** API_ChangeResourceRecordSets.html: all changes of the batch, or none. */
export const changeResourceRecordSets: HandlerFor<typeof client, 'ChangeResourceRecordSets'> = (input, { engine }) => {
  const zone = findZone(engine, input.HostedZoneId);
  const { Changes = [], Comment } = input.ChangeBatch;
  if (Changes.length === 0) throw new AwsError('InvalidInput', 'Invalid XML ; The element Changes is not complete.');
  const changes = Changes.map(readChange);
  checkSize(changes);
  const { records, refusals } = applyChanges(zone, changes);
  if (refusals.length > 0) throw new AwsError('InvalidChangeBatch', `[${refusals.join(', ')}]`);
  zone.records = records;
  return { ChangeInfo: { ...changeForm(engine, newChange(engine, Comment)), Status: 'PENDING' } };
};

function checkSize(changes: Change[]): void {
  const weightOf = ({ action }: Change) => (action === 'UPSERT' ? 2 : 1);
  const values = ({ record }: Change) => record.values ?? [''];
  const count = changes.reduce((sum, change) => sum + weightOf(change) * values(change).length, 0);
  if (count > mostRecords) {
    throw new AwsError('InvalidChangeBatch', `[Number of records limit of ${mostRecords} exceeded.]`);
  }
  const characters = changes.reduce((sum, change) => sum + weightOf(change) * values(change).join('').length, 0);
  if (characters > mostCharacters) {
    throw new AwsError('InvalidChangeBatch', `[Number of characters limit of ${mostCharacters} exceeded.]`);
  }
}
