import type * as client from '@aws-sdk/client-acm';
import type { Certificate } from '../../engine/acm/state.ts';
import { balancersWith, expiresAt, settle } from '../../engine/acm/validation.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { renewalEligibility } from './describe.ts';

/** "Default filtering returns only RSA_1024 and RSA_2048 certificates that have at least one domain" (API_Filters.html). */
const defaultKeyTypes: readonly string[] = ['RSA_1024', 'RSA_2048'];
const mostItems = 1000;

type List = HandlerFor<typeof client, 'ListCertificates'>;
type Input = Parameters<List>[0];

/** API_ListCertificates.html */
export const listCertificates: List = (input, { engine }) => {
  const { SortBy, SortOrder, MaxItems = mostItems } = input;
  if (MaxItems < 1 || MaxItems > mostItems) {
    const text = `Value '${MaxItems}' at 'maxItems' failed to satisfy constraint: Member must be between 1 and ${mostItems}`;
    throw new AwsError('ValidationException', `1 validation error detected: ${text}`);
  }
  if ((SortBy === undefined) !== (SortOrder === undefined)) {
    throw new AwsError('InvalidArgsException', 'SortBy and SortOrder must be specified together.');
  }
  const all = Object.values(engine.state.acm.certificates).map((one) => settle(engine, one));
  const isWanted = filterOf(input);
  const found = page(all.filter(isWanted), {
    keyOf: orderOf(SortOrder),
    limit: MaxItems,
    token: input.NextToken,
    invalidTokenCode: 'InvalidArgsException',
  });
  return {
    CertificateSummaryList: found.items.map((one) => summary(engine, one)),
    ...(found.next !== undefined && { NextToken: found.next }),
  };
};

/** Oldest first unless the newest are wanted first. */
const orderOf = (order: string | undefined) => (one: Certificate) => {
  const at = order === 'DESCENDING' ? Number.MAX_SAFE_INTEGER - one.createdAt : one.createdAt;
  return `${String(at).padStart(16, '0')} ${one.arn}`;
};

function filterOf({ CertificateStatuses, Includes = {} }: Input): (one: Certificate) => boolean {
  const { keyTypes, keyUsage, extendedKeyUsage, exportOption } = Includes;
  const has = (wanted: string[] | undefined, own: readonly string[]) =>
    !wanted?.length || wanted.some((name) => name === 'ANY' || own.includes(name));
  return (one) =>
    has(CertificateStatuses, [one.status]) &&
    (keyTypes?.length ? keyTypes : defaultKeyTypes).some((type) => type === one.keyAlgorithm) &&
    has(keyUsage, usagesOf(one)) &&
    has(extendedKeyUsage, extendedUsagesOf(one)) &&
    (exportOption === undefined || exportOption === exportOf(one));
}

const usagesOf = (one: Certificate): client.KeyUsageName[] =>
  one.pair ? ['DIGITAL_SIGNATURE', 'KEY_ENCIPHERMENT'] : [];
const extendedUsagesOf = (one: Certificate): client.ExtendedKeyUsageName[] =>
  one.pair ? ['TLS_WEB_SERVER_AUTHENTICATION'] : [];
const exportOf = (one: Certificate): client.CertificateExport => (one.isExportable ? 'ENABLED' : 'DISABLED');

const summary = (engine: Engine, one: Certificate): client.CertificateSummary => ({
  CertificateArn: one.arn,
  DomainName: one.domainName,
  SubjectAlternativeNameSummaries: one.names,
  HasAdditionalSubjectAlternativeNames: false,
  Status: one.status,
  Type: 'AMAZON_ISSUED',
  KeyAlgorithm: one.keyAlgorithm,
  KeyUsages: usagesOf(one),
  ExtendedKeyUsages: extendedUsagesOf(one),
  ExportOption: exportOf(one),
  InUse: balancersWith(engine, one.arn).length > 0,
  Exported: false,
  RenewalEligibility: renewalEligibility(engine, one),
  CreatedAt: new Date(one.createdAt),
  CertificateKeyPairOrigin: 'AWS_MANAGED',
  ...(one.issuedAt !== undefined && {
    IssuedAt: new Date(one.issuedAt),
    NotBefore: new Date(one.issuedAt),
    NotAfter: new Date(expiresAt(one) ?? 0),
  }),
});
