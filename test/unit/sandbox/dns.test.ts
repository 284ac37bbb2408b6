import { DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  CreateListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { Resolver } from 'node:dns/promises';
import { afterEach, expect, test } from 'vitest';
import { startDns, type DnsOptions } from '../../../sandbox/engine/route53/dns-server.ts';
import { stillClock } from '../../support/still-clock.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A sandbox with the zone example.com, a way to change it, and resolvers that ask it. */
async function start() {
  const clock = stillClock();
  const sandbox = await startSandbox({ clock });
  closing.push(() => sandbox.close());
  const { route53, acm, elbv2 } = clients(sandbox);
  const zone = { Name: 'example.com', CallerReference: 'a' };
  const { HostedZone } = await route53.send(new CreateHostedZoneCommand(zone));
  const HostedZoneId = HostedZone?.Id ?? '';
  const upsert = async (...sets: ResourceRecordSet[]) => {
    const Changes = sets.map((ResourceRecordSet) => ({ Action: 'UPSERT' as const, ResourceRecordSet }));
    await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
  };
  const resolver = async (options: DnsOptions = {}) => {
    const dns = await startDns(sandbox.engine, options);
    closing.push(() => dns.close());
    const asking = new Resolver({ timeout: 2000, tries: 1 });
    asking.setServers([dns.address]);
    return asking;
  };
  return { clock, sandbox, acm, elbv2, HostedZoneId, upsert, resolver };
}

const plain = (Name: string, Type: 'A' | 'CNAME' | 'TXT' | 'MX', ...values: string[]): ResourceRecordSet => ({
  Name,
  Type,
  TTL: 60,
  ResourceRecords: values.map((Value) => ({ Value })),
});

test('records are answered over UDP and TCP, with their types, wildcards and what is not there', async () => {
  const { upsert, resolver } = await start();
  const many = Array.from({ length: 60 }, (_, index) => `192.0.2.${index}`);
  await upsert(
    plain('www.example.com', 'A', '192.0.2.7'),
    plain('shop.example.com', 'CNAME', 'WWW.example.com.'),
    plain('*.blog.example.com', 'A', '192.0.2.8'),
    plain('example.com', 'TXT', String.raw`"v=spf1 \"-all\""`),
    plain('example.com', 'MX', '10 mail.example.com'),
    plain('many.example.com', 'A', ...many),
  );
  const dns = await resolver();
  expect(await dns.resolve4('WWW.example.com', { ttl: true })).toEqual([{ address: '192.0.2.7', ttl: 60 }]);
  expect(await dns.resolve4('shop.example.com')).toEqual(['192.0.2.7']);
  expect(await dns.resolveCname('shop.example.com')).toEqual(['WWW.example.com']);
  expect(await dns.resolve4('me.blog.example.com')).toEqual(['192.0.2.8']);
  expect(await dns.resolveTxt('example.com')).toEqual([['v=spf1 "-all"']]);
  expect(await dns.resolveMx('example.com')).toEqual([{ exchange: 'mail.example.com', priority: 10 }]);
  expect((await dns.resolveSoa('example.com')).hostmaster).toBe('awsdns-hostmaster.amazon.com');
  // More than a datagram holds: the resolver asks again over TCP.
  expect(await dns.resolve4('many.example.com')).toHaveLength(60);
  await expect(dns.resolve4('nobody.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(dns.resolve6('www.example.com')).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(dns.resolve4('example.net')).rejects.toMatchObject({ code: 'EREFUSED' });
});

test('an alias answers with the load balancer’s address, and stands back while its targets are ill', async () => {
  const { sandbox, elbv2, HostedZoneId, upsert, resolver } = await start();
  const subnets = Object.values(sandbox.engine.state.ec2.subnets).slice(0, 2);
  const balancer = { Name: 'shop', Subnets: subnets.map(({ id }) => id) };
  const { LoadBalancers } = await elbv2.send(new CreateLoadBalancerCommand(balancer));
  const { DNSName = '', CanonicalHostedZoneId, LoadBalancerArn } = LoadBalancers?.[0] ?? {};
  const target = { HostedZoneId: CanonicalHostedZoneId, DNSName, EvaluateTargetHealth: true };
  const alias = {
    Name: 'shop.example.com',
    Type: 'A',
    SetIdentifier: 'new',
    Weight: 255,
    AliasTarget: target,
  } as const;
  await upsert(alias, {
    Name: 'www.example.com',
    Type: 'A',
    AliasTarget: { HostedZoneId, DNSName: 'shop.example.com', EvaluateTargetHealth: false },
  });
  const dns = await resolver();
  expect(await dns.resolve4('shop.example.com', { ttl: true })).toEqual([{ address: DNSName, ttl: 60 }]);
  expect(await dns.resolve4('www.example.com')).toEqual([DNSName]);
  const group = { Name: 'shop', Protocol: 'HTTP', Port: 80, VpcId: subnets[0]?.vpcId } as const;
  const { TargetGroups } = await elbv2.send(new CreateTargetGroupCommand(group));
  const forward = { Type: 'forward' as const, TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn };
  const listener = { LoadBalancerArn, Protocol: 'HTTP', Port: 8080, DefaultActions: [forward] } as const;
  await elbv2.send(new CreateListenerCommand({ ...listener, DefaultActions: [forward] }));
  await upsert({ ...plain('shop.example.com', 'A', '192.0.2.1'), SetIdentifier: 'old', Weight: 0 });
  expect(await dns.resolve4('shop.example.com')).toEqual(['192.0.2.1']);
});

test('weights choose: each gets its share, none gets nothing, all zero are equal', async () => {
  const { upsert, resolver } = await start();
  const weigh = (old: number, fresh: number) =>
    upsert(
      { ...plain('w.example.com', 'A', '192.0.2.1'), SetIdentifier: 'old', Weight: old },
      { ...plain('w.example.com', 'A', '192.0.2.2'), SetIdentifier: 'new', Weight: fresh },
    );
  let at = 0;
  const dns = await resolver({ random: () => (at++ % 100) / 100 });
  const share = async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => dns.resolve4('w.example.com')));
    return answers.filter(([address]) => address === '192.0.2.2').length;
  };
  await weigh(95, 5);
  expect(await share()).toBe(5);
  await weigh(100, 0);
  expect(await share()).toBe(0);
  await weigh(0, 0);
  expect(await share()).toBe(50);
});

test('a caching resolver goes on with what it knows until the TTL is over', async () => {
  const { clock, upsert, resolver } = await start();
  await upsert(plain('www.example.com', 'A', '192.0.2.1'));
  const dns = await resolver({ isCaching: true });
  expect(await dns.resolve4('www.example.com')).toEqual(['192.0.2.1']);
  await upsert(plain('www.example.com', 'A', '192.0.2.2'));
  clock.skip(59_999);
  expect(await dns.resolve4('www.example.com')).toEqual(['192.0.2.1']);
  clock.skip(1);
  expect(await dns.resolve4('www.example.com')).toEqual(['192.0.2.2']);
});

test('the records that a certificate asks for, put into the zone, have it issued', async () => {
  const { acm, upsert } = await start();
  const request = { DomainName: 'shop.example.com', ValidationMethod: 'DNS' } as const;
  const { CertificateArn } = await acm.send(new RequestCertificateCommand(request));
  const describe = async () => (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
  const record = (await describe())?.DomainValidationOptions?.[0]?.ResourceRecord;
  expect((await describe())?.Status).toBe('PENDING_VALIDATION');
  await upsert(plain(record?.Name ?? '', 'CNAME', record?.Value ?? ''));
  expect((await describe())?.Status).toBe('ISSUED');
});
