import {
  AddTagsToCertificateCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  paginateListCertificates,
  RequestCertificateCommand,
  type RequestCertificateCommandInput,
} from '@aws-sdk/client-acm';
import { expect, test } from 'vitest';
import { stillClock } from '../../support/still-clock.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';
import { onPurpose } from '../../support/witness.ts';

const hour = 3_600_000;

async function start() {
  const clock = stillClock();
  const sandbox = await startSandbox({ clock });
  const { acm } = clients(sandbox);
  const request = async (input: Partial<RequestCertificateCommandInput> = {}) => {
    const wanted = { DomainName: 'shop.example.com', ValidationMethod: 'DNS' as const, ...input };
    return (await acm.send(new RequestCertificateCommand(wanted))).CertificateArn ?? '';
  };
  const describe = async (CertificateArn: string) =>
    (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
  const arns = async (input: ConstructorParameters<typeof ListCertificatesCommand>[0] = {}) => {
    const { CertificateSummaryList = [] } = await acm.send(new ListCertificatesCommand(input));
    return CertificateSummaryList.map(({ CertificateArn }) => CertificateArn);
  };
  /** Puts a certificate's records into a zone by hand. */
  const publish = async (arn: string, take: (records: number) => number = (all) => all) => {
    const records = (await describe(arn))?.DomainValidationOptions?.map(({ ResourceRecord }) => ResourceRecord) ?? [];
    sandbox.engine.state.route53.zones['Z1'] = {
      id: 'Z1',
      name: 'example.com.',
      callerReference: 'a',
      vpcs: [],
      nameServers: [],
      tags: {},
      records: records.slice(0, take(records.length)).map((record) => ({
        name: record?.Name ?? '',
        type: 'CNAME',
        ttl: 300,
        values: [record?.Value ?? ''],
      })),
    };
  };
  return { clock, sandbox, acm, request, describe, arns, publish };
}

test('a certificate is issued when the records of all its names are published, and only then', async () => {
  const { request, describe, publish } = await start();
  const arn = await request({ SubjectAlternativeNames: ['*.shop.example.com', 'www.example.com', 'shop.example.com'] });
  expect(arn).toMatch(/^arn:aws:acm:us-east-1:123456789012:certificate\/[\da-f-]{36}$/);
  const pending = await describe(arn);
  expect(pending).toMatchObject({ Status: 'PENDING_VALIDATION', InUseBy: [], Type: 'AMAZON_ISSUED' });
  expect(pending?.SubjectAlternativeNames).toEqual(['shop.example.com', '*.shop.example.com', 'www.example.com']);
  const [own, wildcard, other] = pending?.DomainValidationOptions ?? [];
  expect(own?.ResourceRecord?.Name).toMatch(/^_[\da-f]{32}\.shop\.example\.com\.$/);
  expect(own?.ResourceRecord?.Value).toMatch(/^_[\da-f]{32}\.acm-validations\.aws\.$/);
  expect(wildcard?.ResourceRecord).toEqual(own?.ResourceRecord);
  expect(other?.ResourceRecord).not.toEqual(own?.ResourceRecord);
  await publish(arn, (all) => all - 1);
  const half = await describe(arn);
  expect(half?.Status).toBe('PENDING_VALIDATION');
  expect(half?.DomainValidationOptions?.map(({ ValidationStatus }) => ValidationStatus)).toEqual([
    'SUCCESS',
    'SUCCESS',
    'PENDING_VALIDATION',
  ]);
  await publish(arn);
  expect(await describe(arn)).toMatchObject({
    Status: 'ISSUED',
    Serial: expect.stringMatching(/^[\da-f]{2}(:[\da-f]{2})+$/),
  });
});

test('nobody proves the names for 72 hours: timed out; issued ones live 198 days and renew while their records stay', async () => {
  const { clock, request, describe, publish, sandbox } = await start();
  const [lost, kept] = [await request(), await request()];
  clock.skip(72 * hour - 1);
  expect(await describe(lost)).toMatchObject({ Status: 'PENDING_VALIDATION' });
  clock.skip(1);
  expect(await describe(lost)).toMatchObject({ Status: 'VALIDATION_TIMED_OUT' });
  const fresh = await request();
  await publish(fresh);
  const { NotBefore, NotAfter } = (await describe(fresh)) ?? {};
  expect((NotAfter?.getTime() ?? 0) - (NotBefore?.getTime() ?? 0)).toBe(198 * 24 * hour);
  clock.skip(198 * 24 * hour);
  expect(await describe(fresh)).toMatchObject({ Status: 'ISSUED' });
  sandbox.engine.state.route53.zones = {};
  clock.skip(198 * 24 * hour);
  expect(await describe(fresh)).toMatchObject({ Status: 'EXPIRED' });
  expect(await describe(kept)).toMatchObject({ Status: 'VALIDATION_TIMED_OUT' });
});

test('a token of the last hour makes no second certificate', async () => {
  const { clock, request } = await start();
  const first = await request({ IdempotencyToken: 'abc' });
  expect(await request({ IdempotencyToken: 'abc' })).toBe(first);
  expect(await request({ IdempotencyToken: 'abd' })).not.toBe(first);
  clock.skip(hour);
  expect(await request({ IdempotencyToken: 'abc' })).not.toBe(first);
});

test.each([
  ['ValidationException', { DomainName: 'no_such' }],
  ['ValidationException', { DomainName: 'a.example.com', IdempotencyToken: 'not-a-word' }],
  ['InvalidParameterException', { DomainName: `${'a'.repeat(60)}.example.com` }],
  ['InvalidParameterException', { DomainName: 'a.example.com', KeyAlgorithm: 'RSA_4096' as const }],
  ['LimitExceededException', { SubjectAlternativeNames: Array.from({ length: 10 }, (_, n) => `n${n}.example.com`) }],
  ['InvalidTagException', { Tags: [{ Key: 'aws:x', Value: '1' }] }],
  ['TooManyTagsException', { Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}` })) }],
])('a request is refused with %s', async (name, input) => {
  const { request } = await start();
  await expect(onPurpose(() => request(input))).rejects.toMatchObject({ name });
});

test('lists show RSA certificates of every status unless asked for others, page by page', async () => {
  const { clock, acm, request, arns, publish } = await start();
  const rsa = await request();
  clock.skip(1000);
  const ec = await request({ DomainName: 'ec.example.com', KeyAlgorithm: 'EC_prime256v1' });
  clock.skip(1000);
  const second = await request({ DomainName: 'second.example.com' });
  expect(await arns()).toEqual([rsa, second]);
  expect(await arns({ Includes: { keyTypes: ['EC_prime256v1', 'RSA_2048'] } })).toEqual([rsa, ec, second]);
  expect(await arns({ SortBy: 'CREATED_AT', SortOrder: 'DESCENDING' })).toEqual([second, rsa]);
  await publish(rsa);
  expect(await arns({ CertificateStatuses: ['ISSUED'] })).toEqual([rsa]);
  const sizes: number[] = [];
  for await (const each of paginateListCertificates({ client: acm, pageSize: 1 }, {}))
    sizes.push(each.CertificateSummaryList?.length ?? 0);
  expect(sizes).toEqual([1, 1]);
  await expect(arns({ SortBy: 'CREATED_AT' })).rejects.toMatchObject({ name: 'InvalidArgsException' });
  await expect(arns({ NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidArgsException' });
});

test('tags are added and listed; a deleted certificate is not found', async () => {
  const { acm, request, describe } = await start();
  const CertificateArn = await request({ Tags: [{ Key: 'a', Value: '1' }] });
  await acm.send(new AddTagsToCertificateCommand({ CertificateArn, Tags: [{ Key: 'b' }] }));
  const { Tags } = await acm.send(new ListTagsForCertificateCommand({ CertificateArn }));
  expect(Tags).toEqual([
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '' },
  ]);
  await acm.send(new DeleteCertificateCommand({ CertificateArn }));
  await expect(describe(CertificateArn)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(describe('arn:aws:acm:us-east-1:123456789012:domain/x')).rejects.toMatchObject({
    name: 'InvalidArnException',
  });
});
