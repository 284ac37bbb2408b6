import type * as client from '@aws-sdk/client-route-53';
import { fullName } from '../../engine/route53/names.ts';
import { need, type Needs } from '../authorize/need.ts';

/** No region and no account: zones and changes are found all over the world by their ids (list_amazonroute53.html). */
const zone = (operation: string, id: string) =>
  need(`route53:${operation}`, { arn: `arn:aws:route53:::hostedzone/${idOf(id)}` });

const idOf = (given: string) => given.slice(given.lastIndexOf('/') + 1);

const onId = (operation: string) => (input: { Id: string }) => [zone(operation, input.Id)];
const onZone = (operation: string) => (input: { HostedZoneId: string }) => [zone(operation, input.HostedZoneId)];
const onResource = (operation: string) => (input: { ResourceId: string }) => [zone(operation, input.ResourceId)];

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html */
export const route53Needs: Needs<typeof client> = {
  // specifying-rrset-conditions.html: all names, types and actions of the batch; names normalised.
  ChangeResourceRecordSets: ({ HostedZoneId, ChangeBatch }) => {
    const changes = ChangeBatch.Changes ?? [];
    const sets = changes.flatMap(({ ResourceRecordSet }) => (ResourceRecordSet ? [ResourceRecordSet] : []));
    const keys = {
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': sets.map(({ Name = '' }) =>
        fullName(Name).replace(/\.$/, ''),
      ),
      'route53:ChangeResourceRecordSetsRecordTypes': sets.map(({ Type = '' }) => Type),
      'route53:ChangeResourceRecordSetsActions': changes.map(({ Action = '' }) => Action),
    };
    const { action, on } = zone('ChangeResourceRecordSets', HostedZoneId);
    return [need(action, ...on.map(({ arn }) => ({ arn, keys })))];
  },
  ListResourceRecordSets: onZone('ListResourceRecordSets'),
  GetHostedZone: onId('GetHostedZone'),
  DeleteHostedZone: onId('DeleteHostedZone'),
  GetChange: ({ Id }) => [need('route53:GetChange', { arn: `arn:aws:route53:::change/${idOf(Id)}` })],
  ChangeTagsForResource: onResource('ChangeTagsForResource'),
  ListTagsForResource: onResource('ListTagsForResource'),
};
