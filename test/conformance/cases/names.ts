import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import type { Bench } from '../bench.ts';

const noZone = 'Z00000000000000000000';

const record = (Name: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value: '192.0.2.1' }],
  ...more,
});

/** A zone's life: records that come, change and go; weights and aliases; what is refused. */
export async function names(bench: Bench): Promise<void> {
  const {
    aws: { route53 },
    call,
  } = bench;
  const zone = { Name: 'example.com', CallerReference: 'redeploy-1', HostedZoneConfig: { Comment: 'test' } };
  const made = await call('new', () => route53.send(new CreateHostedZoneCommand(zone)));
  const HostedZoneId = (made?.HostedZone?.Id ?? noZone).replace('/hostedzone/', '');
  await call('same reference', () => route53.send(new CreateHostedZoneCommand(zone)));
  await call('no domain', () =>
    route53.send(new CreateHostedZoneCommand({ Name: 'no..name', CallerReference: 'redeploy-2' })),
  );
  await call('of the creation', () => route53.send(new GetChangeCommand({ Id: made?.ChangeInfo?.Id ?? 'C0' })));
  await call('unknown', () => route53.send(new GetChangeCommand({ Id: 'C00000000000000000000' })));
  await call('new one', () => route53.send(new GetHostedZoneCommand({ Id: HostedZoneId })));
  await call('unknown', () => route53.send(new GetHostedZoneCommand({ Id: noZone })));
  await call('all', () => route53.send(new ListHostedZonesCommand({})));
  await call('from a name', () => route53.send(new ListHostedZonesByNameCommand({ DNSName: 'example.com' })));
  await call('at the beginning', () => route53.send(new ListResourceRecordSetsCommand({ HostedZoneId })));
  await call('unknown zone', () => route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: noZone })));
  await changes(bench, HostedZoneId);
  await tags(bench, HostedZoneId);
  await route53.send(new CreateHostedZoneCommand({ Name: 'example.net', CallerReference: 'redeploy-3' }));
  await call('one page', async () => {
    const page = await route53.send(new ListHostedZonesCommand({ MaxItems: 1 }));
    return { count: page.HostedZones?.length, more: page.IsTruncated, next: page.NextMarker !== undefined };
  });
  await call('bad page size', () => route53.send(new ListHostedZonesCommand({ MaxItems: 0 })));
  await call('not empty', () => route53.send(new DeleteHostedZoneCommand({ Id: HostedZoneId })));
  await call('unknown', () => route53.send(new DeleteHostedZoneCommand({ Id: noZone })));
}

async function changes({ aws: { route53 }, call }: Bench, HostedZoneId: string): Promise<void> {
  const change = (Action: 'CREATE' | 'UPSERT' | 'DELETE', ...sets: ResourceRecordSet[]) => {
    const Changes = sets.map((ResourceRecordSet) => ({ Action, ResourceRecordSet }));
    return route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  };
  const www = record('www.example.com');
  await call('new', () => change('CREATE', www));
  await call('there already', () => change('CREATE', www));
  await call('another TTL', () => change('UPSERT', { ...www, TTL: 300 }));
  await call('not there', () => change('DELETE', record('nobody.example.com')));
  await call('other values', () => change('DELETE', www));
  await call('outside', () => change('CREATE', record('www.example.org')));
  await call('no values', () => change('CREATE', { Name: 'empty.example.com', Type: 'A' }));
  await call('no TTL', () => change('CREATE', { ...record('t.example.com'), TTL: undefined }));
  await call('no address', () => change('CREATE', record('a.example.com', { ResourceRecords: [{ Value: 'x' }] })));
  const cname = { Type: 'CNAME' as const, ResourceRecords: [{ Value: 'x.example.net' }] };
  await call('beside others', () => change('CREATE', record('www.example.com', cname)));
  await call('at the apex', () => change('CREATE', record('example.com', cname)));
  await call('weight without identifier', () => change('CREATE', record('w.example.com', { Weight: 1 })));
  const weighted = (SetIdentifier: string, Weight: number) => record('w.example.com', { SetIdentifier, Weight });
  await call('weighted', () => change('CREATE', weighted('old', 95), weighted('new', 5)));
  await call('other weights', () => change('UPSERT', weighted('old', 0), weighted('new', 100)));
  const target = { HostedZoneId, DNSName: 'www.example.com', EvaluateTargetHealth: false };
  await call('alias', () => change('CREATE', { Name: 'alias.example.com', Type: 'A', AliasTarget: target }));
  await call('alias to nobody', () =>
    change('CREATE', { Name: 'b.example.com', Type: 'A', AliasTarget: { ...target, DNSName: 'nobody.example.com' } }),
  );
  await call('unknown zone', () =>
    route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: noZone,
        ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: www }] },
      }),
    ),
  );
  await call('all kinds', () => route53.send(new ListResourceRecordSetsCommand({ HostedZoneId })));
  const start = { StartRecordName: 'w.example.com', StartRecordType: 'A' as const };
  await call('one from a name', () =>
    route53.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...start, MaxItems: 1 })),
  );
}

async function tags({ aws: { route53 }, call }: Bench, ResourceId: string): Promise<void> {
  const resource = { ResourceType: 'hostedzone', ResourceId } as const;
  const AddTags = [{ Key: 'redeploy:app', Value: 'shop' }];
  await call('one', () => route53.send(new ChangeTagsForResourceCommand({ ...resource, AddTags })));
  await call('one', () => route53.send(new ListTagsForResourceCommand(resource)));
  await call('unknown zone', () => route53.send(new ListTagsForResourceCommand({ ...resource, ResourceId: noZone })));
}
