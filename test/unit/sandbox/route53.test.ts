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
  type Change,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { expect, test } from 'vitest';
import { timings } from '../../../sandbox/engine/engine.ts';
import { stillClock } from '../../support/still-clock.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';
import { onPurpose } from '../../support/witness.ts';

async function start(name = 'example.com') {
  const clock = stillClock();
  const sandbox = await startSandbox({ clock, timing: timings.aws });
  const { route53 } = clients(sandbox);
  let references = 0;
  const create = (Name: string, CallerReference = `r${references++}`) =>
    route53.send(new CreateHostedZoneCommand({ Name, CallerReference }));
  const made = await create(name);
  const HostedZoneId = made.HostedZone?.Id ?? '';
  const change = (...Changes: Change[]) =>
    route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  const list = async (
    input: Omit<ConstructorParameters<typeof ListResourceRecordSetsCommand>[0], 'HostedZoneId'> = {},
  ) => route53.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...input }));
  const names = async () => (await list()).ResourceRecordSets?.map(({ Name, Type }) => `${Name} ${Type}`);
  return { clock, route53, create, made, HostedZoneId, change, list, names };
}

const a = (Name: string, Value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value }],
  ...more,
});

const create = (set: ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet: set });
const upsert = (set: ResourceRecordSet): Change => ({ Action: 'UPSERT', ResourceRecordSet: set });
const drop = (set: ResourceRecordSet): Change => ({ Action: 'DELETE', ResourceRecordSet: set });

test('a zone begins with its name servers, and a change is in sync after a while', async () => {
  const { route53, clock, create: zone, made, HostedZoneId, names } = await start();
  expect(made.HostedZone).toMatchObject({ Name: 'example.com.', ResourceRecordSetCount: 2 });
  expect(HostedZoneId).toMatch(/^\/hostedzone\/Z[A-Z\d]{13}$/);
  expect(made.DelegationSet?.NameServers).toHaveLength(4);
  expect(made.Location).toContain('/2013-04-01/hostedzone/Z');
  expect(await names()).toEqual(['example.com. NS', 'example.com. SOA']);
  const Id = made.ChangeInfo?.Id;
  const status = async () => (await route53.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status;
  expect([made.ChangeInfo?.Status, await status()]).toEqual(['PENDING', 'PENDING']);
  clock.skip(30_000);
  expect(await status()).toBe('INSYNC');
  await expect(zone('example.org', 'r0')).rejects.toMatchObject({ name: 'HostedZoneAlreadyExists' });
  await expect(zone('no..name')).rejects.toMatchObject({ name: 'InvalidDomainName' });
  await expect(route53.send(new GetChangeCommand({ Id: 'C0' }))).rejects.toMatchObject({ name: 'NoSuchChange' });
  const unknown = route53.send(new GetHostedZoneCommand({ Id: 'Z0' }));
  await expect(unknown).rejects.toMatchObject({ name: 'NoSuchHostedZone', message: expect.stringContaining('Z0') });
});

test('records are listed by reversed labels, type and identifier, page by page', async () => {
  const { change, list, names } = await start();
  const weighted = (id: string) => a('www.example.com', '192.0.2.1', { SetIdentifier: id, Weight: 1 });
  await change(create(a('z.example.com', '192.0.2.1')), create(a('b.z.example.com', '192.0.2.1')));
  await change(create(weighted('new')), create(weighted('old')), create(a('*.Example.com', '192.0.2.2')));
  await change(create(a('example.com', '192.0.2.9')));
  expect(await names()).toEqual([
    'example.com. A',
    'example.com. NS',
    'example.com. SOA',
    String.raw`\052.example.com. A`,
    'www.example.com. A',
    'www.example.com. A',
    'z.example.com. A',
    'b.z.example.com. A',
  ]);
  const page = await list({ MaxItems: 5 });
  expect(page).toMatchObject({
    IsTruncated: true,
    NextRecordName: 'www.example.com.',
    NextRecordType: 'A',
    NextRecordIdentifier: 'old',
  });
  const rest = await list({ StartRecordName: 'www.example.com', StartRecordType: 'A', StartRecordIdentifier: 'old' });
  expect(rest.ResourceRecordSets?.[0]).toEqual({ ...weighted('old'), Name: 'www.example.com.' });
  expect(rest.IsTruncated).toBe(false);
  await expect(list({ StartRecordType: 'A' })).rejects.toMatchObject({ name: 'InvalidInput' });
});

test('a batch is carried out whole or not at all, with every reason', async () => {
  const { change, names, list } = await start();
  const before = await names();
  const refused = change(
    create(a('www.example.com', '192.0.2.1')),
    create(a('www.example.com', '192.0.2.2')),
    drop(a('old.example.com', '192.0.2.2')),
    create(a('www.example.org', '192.0.2.2')),
  );
  await expect(refused).rejects.toMatchObject({
    name: 'InvalidChangeBatch',
    message:
      "[Tried to create resource record set [name='www.example.com.', type='A'] but it already exists, " +
      "Tried to delete resource record set [name='old.example.com.', type='A'] but it was not found, " +
      'RRSet with DNS name www.example.org. is not permitted in zone example.com.]',
  });
  expect(await names()).toEqual(before);
  await change(upsert(a('www.example.com', '192.0.2.1')));
  await expect(change(drop(a('www.example.com', '192.0.2.2')))).rejects.toThrow(
    'but the values provided do not match the current values',
  );
  const cname = {
    Name: 'www.example.com',
    Type: 'CNAME',
    TTL: 60,
    ResourceRecords: [{ Value: 'x.example.net' }],
  } as const;
  await expect(change(create({ ...cname, ResourceRecords: [...cname.ResourceRecords] }))).rejects.toThrow(
    'conflicts with',
  );
  await change(
    drop(a('WWW.example.com.', '192.0.2.1')),
    create({ ...cname, ResourceRecords: [...cname.ResourceRecords] }),
  );
  expect((await list({ StartRecordName: 'www.example.com' })).ResourceRecordSets?.[0]?.Type).toBe('CNAME');
});

test.each([
  ['InvalidInput', 'found none', { Name: 'w.example.com', Type: 'A' }],
  [
    'InvalidInput',
    "Missing field 'TTL'",
    { Name: 'w.example.com', Type: 'A', ResourceRecords: [{ Value: '192.0.2.1' }] },
  ],
  ['InvalidInput', "Missing field 'SetIdentifier'", a('w.example.com', '192.0.2.1', { Weight: 1 })],
  ['InvalidInput', 'found none', a('w.example.com', '192.0.2.1', { SetIdentifier: 'x' })],
  ['InvalidInput', 'between 0 and 255', a('w.example.com', '192.0.2.1', { SetIdentifier: 'x', Weight: 256 })],
  ['InvalidChangeBatch', 'ARRDATAIllegalIPv4Address', a('w.example.com', 'x')],
  [
    'InvalidChangeBatch',
    'Duplicate Resource Record',
    a('w.example.com', '192.0.2.1', { ResourceRecords: [{ Value: '192.0.2.1' }, { Value: '192.0.2.1' }] }),
  ],
  ['InvalidChangeBatch', 'enclosed in quotation marks', { ...a('w.example.com', 'text'), Type: 'TXT' }],
  ['InvalidChangeBatch', 'not permitted at apex', { ...a('example.com', 'x.example.net'), Type: 'CNAME' }],
  [
    'InvalidChangeBatch',
    'that target was not found',
    {
      Name: 'w.example.com',
      Type: 'A',
      AliasTarget: { HostedZoneId: 'own', DNSName: 'nobody.example.com', EvaluateTargetHealth: false },
    },
  ],
  [
    'InvalidChangeBatch',
    'does not lie within',
    {
      Name: 'w.example.com',
      Type: 'A',
      AliasTarget: { HostedZoneId: 'Z35SXDOTRQ7X7K', DNSName: 'nobody.example.com', EvaluateTargetHealth: false },
    },
  ],
] as [string, string, ResourceRecordSet][])('%s: %s', async (name, message, set) => {
  const { change, HostedZoneId } = await start();
  if (set.AliasTarget?.HostedZoneId === 'own') set.AliasTarget.HostedZoneId = HostedZoneId;
  const refused = onPurpose(() => change(create(set)));
  await expect(refused).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
});

test('record sets of one name are all simple or all weighted', async () => {
  const { change } = await start();
  const weighted = a('w.example.com', '192.0.2.1', { SetIdentifier: 'x', Weight: 1 });
  await change(create(a('w.example.com', '192.0.2.1')));
  await expect(change(create(weighted))).rejects.toThrow('as a simple set exists with the same name and type');
  await change(drop(a('w.example.com', '192.0.2.1')), create(weighted));
  await expect(change(create(a('w.example.com', '192.0.2.1')))).rejects.toThrow('as other RRSets exist');
});

test('zones are listed in their order and by name, tagged, and deleted only when empty', async () => {
  const { route53, create: zone, HostedZoneId, change } = await start();
  await zone('b.org');
  await zone('a.example.com');
  const all = await route53.send(new ListHostedZonesCommand({ MaxItems: 2 }));
  expect([all.IsTruncated, all.HostedZones?.map(({ Name }) => Name)]).toEqual([true, ['example.com.', 'b.org.']]);
  const more = await route53.send(new ListHostedZonesCommand({ Marker: all.NextMarker }));
  await expect(route53.send(new ListHostedZonesCommand({ Marker: 'ZGONE' }))).rejects.toThrow(
    expect.objectContaining({ name: 'InvalidInput' }),
  );
  expect(more.HostedZones?.map(({ Name }) => Name)).toEqual(['a.example.com.']);
  const byName = await route53.send(new ListHostedZonesByNameCommand({ DNSName: 'example.com', MaxItems: 1 }));
  expect(byName).toMatchObject({ IsTruncated: true, NextDNSName: 'a.example.com.' });
  const resource = { ResourceType: 'hostedzone', ResourceId: HostedZoneId.replace('/hostedzone/', '') } as const;
  await route53.send(new ChangeTagsForResourceCommand({ ...resource, AddTags: [{ Key: 'a', Value: '1' }] }));
  const { ResourceTagSet } = await route53.send(new ListTagsForResourceCommand(resource));
  expect(ResourceTagSet?.Tags).toEqual([{ Key: 'a', Value: '1' }]);
  await change(create(a('w.example.com', '192.0.2.1')));
  const remove = () => route53.send(new DeleteHostedZoneCommand({ Id: HostedZoneId }));
  await expect(remove()).rejects.toMatchObject({ name: 'HostedZoneNotEmpty' });
  await change(drop(a('w.example.com', '192.0.2.1')));
  expect((await remove()).ChangeInfo?.Status).toBe('PENDING');
  await expect(remove()).rejects.toMatchObject({ name: 'NoSuchHostedZone' });
});
