import { describe, expect, it } from 'vitest';
import { fullName, leadingRecords, type RecordSet } from '../../../pipeline/core/dns.ts';
import {
  changesBetween,
  finalRecords,
  isFinal,
  longestTtl,
  percentMoved,
  weightedRecords,
} from '../../../pipeline/core/retire/records.ts';

const balancer = { dnsName: 'shop-1.eu-central-1.elb.amazonaws.com', zoneId: 'Z215JYRZR1TBD5' };
const Name = 'shop.example.com.';
const plain: RecordSet = { Name, Type: 'A', TTL: 3600, ResourceRecords: [{ Value: '203.0.113.9' }] };
const v6: RecordSet = { Name, Type: 'AAAA', TTL: 3600, ResourceRecords: [{ Value: '2001:db8::9' }] };
const alias: RecordSet = { Name, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value: 'lb.example.com' }] };

describe('a name on its way', () => {
  it('is two weighted records of a short life, the new one an alias', () => {
    expect(weightedRecords([plain], balancer, 20)).toEqual([
      { ...plain, TTL: 60, SetIdentifier: 'redeploy-old', Weight: 80 },
      {
        Name,
        Type: 'A',
        SetIdentifier: 'redeploy-new',
        Weight: 20,
        AliasTarget: { DNSName: balancer.dnsName, HostedZoneId: balancer.zoneId, EvaluateTargetHealth: false },
      },
    ]);
  });

  it('leaves no IPv6 address of the old machine, which the new balancer has no part in', () => {
    expect(weightedRecords([plain, v6], balancer, 0).map(({ Type }) => Type)).toEqual(['A', 'A']);
  });

  it('stays a CNAME where it was one, until the end', () => {
    expect(weightedRecords([alias], balancer, 5)).toMatchObject([
      { Type: 'CNAME', Weight: 95, TTL: 60 },
      { Type: 'CNAME', Weight: 5, TTL: 60, ResourceRecords: [{ Value: balancer.dnsName }] },
    ]);
  });

  it('tells how far it has come, and when somebody else routes it', () => {
    expect(percentMoved([plain], balancer)).toBe(0);
    expect(percentMoved(weightedRecords([plain], balancer, 20), balancer)).toBe(20);
    expect(percentMoved(finalRecords('shop.example.com', balancer), balancer)).toBe(100);
    expect(percentMoved([{ ...plain, SetIdentifier: 'eu', Region: 'eu-central-1' }], balancer)).toBeUndefined();
  });

  it('knows its end as Route 53 writes it', () => {
    const [written] = finalRecords('shop.example.com', balancer);
    const AliasTarget = { ...written?.AliasTarget, DNSName: `dualstack.${balancer.dnsName}.` };
    expect(isFinal([{ ...written, AliasTarget } as RecordSet], balancer)).toBe(true);
  });
});

describe('the changes', () => {
  it('remove what is not wanted and write what differs, in one batch', () => {
    const weighted = weightedRecords([plain], balancer, 5);
    expect(changesBetween([plain], weighted).map(({ Action }) => Action)).toEqual(['DELETE', 'UPSERT', 'UPSERT']);
    expect(changesBetween(weighted, weightedRecords([plain], balancer, 20)).map(({ Action }) => Action)).toEqual([
      'UPSERT',
      'UPSERT',
    ]);
  });

  it('lead back to exactly what there was', () => {
    const back = changesBetween(finalRecords('shop.example.com', balancer), [plain, v6]);
    expect(back.filter(({ Action }) => Action === 'UPSERT').map((one) => one.ResourceRecordSet)).toEqual([plain, v6]);
  });

  it('are none when nothing is to be done', () => {
    expect(changesBetween([plain], [plain])).toEqual([]);
  });
});

it('finds the records of a name as Route 53 spells it', () => {
  expect(fullName('*.Example.com')).toBe(String.raw`\052.example.com.`);
  const mx: RecordSet = { Name, Type: 'MX', TTL: 60 };
  expect(leadingRecords([plain, mx, { ...plain, Name: 'www.example.com.' }], 'Shop.example.com')).toEqual([plain]);
  expect(longestTtl([plain, alias])).toBe(3600);
});
