import type * as client from '@aws-sdk/client-route-53';
import { findZone } from '../engine/route53/zones.ts';
import type { HostedZone } from '../engine/route53/state.ts';
import type { Engine } from '../engine/engine.ts';
import { AwsError } from './error.ts';
import { changeResourceRecordSets } from './route53/change-records.ts';
import { listResourceRecordSets } from './route53/list-records.ts';
import { listHostedZones, listHostedZonesByName } from './route53/list-zones.ts';
import { zoneOperations } from './route53/zones.ts';
import { route53Needs } from './route53/needs.ts';
import type { Operations, Service } from './service.ts';

/** The sandbox has no health checks, so that only zones carry tags. Throws `NoSuchHostedZone`, `NoSuchHealthCheck`. */
function tagged(engine: Engine, type: string, id: string): HostedZone {
  if (type === 'hostedzone') return findZone(engine, id);
  if (type === 'healthcheck') throw new AwsError('NoSuchHealthCheck', `No health check exists with the ID ${id}`);
  throw new AwsError('InvalidInput', `Invalid resource type '${type}': must be hostedzone or healthcheck`);
}

const operations: Operations<typeof client> = {
  ...zoneOperations,
  ListHostedZones: listHostedZones,
  ListHostedZonesByName: listHostedZonesByName,
  ChangeResourceRecordSets: changeResourceRecordSets,
  ListResourceRecordSets: listResourceRecordSets,

  /** "The maximum number of items in AddTags and RemoveTagKeys is 10" (API_ChangeTagsForResource.html). */
  ChangeTagsForResource: ({ ResourceType, ResourceId, AddTags = [], RemoveTagKeys = [] }, { engine }) => {
    const zone = tagged(engine, ResourceType, ResourceId);
    if (AddTags.length > 10 || RemoveTagKeys.length > 10) {
      throw new AwsError('InvalidInput', 'At most 10 tags can be added or removed in one call.');
    }
    for (const key of RemoveTagKeys) delete zone.tags[key];
    for (const { Key = '', Value = '' } of AddTags) zone.tags[Key] = Value;
  },

  ListTagsForResource: ({ ResourceType, ResourceId }, { engine }) => ({
    ResourceTagSet: {
      ResourceType,
      ResourceId,
      Tags: Object.entries(tagged(engine, ResourceType, ResourceId).tags).map(([Key, Value]) => ({ Key, Value })),
    },
  }),
};

/** Route 53: hosted zones with plain, alias, weighted and multivalue record sets. One endpoint for all regions. */
export const route53: Service = {
  signingName: 'route53',
  protocol: 'rest-xml',
  load: () => import('@aws-sdk/client-route-53'),
  operations,
  needs: route53Needs,
};
