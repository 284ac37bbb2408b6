import type * as client from '@aws-sdk/client-acm';
import { serialOf } from '../../engine/acm/x509.ts';
import type { Certificate } from '../../engine/acm/state.ts';
import { balancersWith, expiresAt, isProved, validationRecord } from '../../engine/acm/validation.ts';
import type { Engine } from '../../engine/engine.ts';
import type { HandlerFor } from '../service.ts';
import { findCertificate } from './find.ts';

type Describe = HandlerFor<typeof client, 'DescribeCertificate'>;

export const describeCertificate: Describe = ({ CertificateArn }, { engine }) => ({
  Certificate: detail(engine, findCertificate(engine, CertificateArn)),
});

function detail(engine: Engine, one: Certificate): client.CertificateDetail {
  return {
    CertificateArn: one.arn,
    DomainName: one.domainName,
    SubjectAlternativeNames: one.names,
    DomainValidationOptions: one.names.map((name) => domainValidation(engine, one, name)),
    Subject: `CN=${one.domainName}`,
    Issuer: 'Amazon',
    CreatedAt: new Date(one.createdAt),
    Status: one.status,
    KeyAlgorithm: one.keyAlgorithm,
    SignatureAlgorithm: 'SHA256WITHRSA',
    InUseBy: balancersWith(engine, one.arn),
    Type: 'AMAZON_ISSUED',
    CertificateKeyPairOrigin: 'AWS_MANAGED',
    RenewalEligibility: renewalEligibility(engine, one),
    Options: {
      CertificateTransparencyLoggingPreference: 'ENABLED',
      Export: one.isExportable ? 'ENABLED' : 'DISABLED',
    },
    ...issuedPart(one),
  };
}

/** What only an issued certificate has. Client authentication is not among its uses since June 2025 (acm-concepts.html). */
function issuedPart(one: Certificate): client.CertificateDetail {
  if (one.issuedAt === undefined || !one.pair) return { KeyUsages: [], ExtendedKeyUsages: [] };
  return {
    Serial: serialOf(one.pair.cert),
    IssuedAt: new Date(one.issuedAt),
    NotBefore: new Date(one.issuedAt),
    NotAfter: new Date(expiresAt(one) ?? 0),
    KeyUsages: [{ Name: 'DIGITAL_SIGNATURE' }, { Name: 'KEY_ENCIPHERMENT' }],
    ExtendedKeyUsages: [{ Name: 'TLS_WEB_SERVER_AUTHENTICATION', OID: '1.3.6.1.5.5.7.3.1' }],
  };
}

export const renewalEligibility = (engine: Engine, one: Certificate): client.RenewalEligibility =>
  one.status === 'ISSUED' && balancersWith(engine, one.arn).length > 0 ? 'ELIGIBLE' : 'INELIGIBLE';

function domainValidation(engine: Engine, one: Certificate, name: string): client.DomainValidation {
  const domain = name.replace(/^\*\./, '');
  const status = domainStatus(engine, one, name);
  const common = { DomainName: name, ValidationDomain: name, ValidationStatus: status };
  if (one.validationMethod === 'EMAIL') {
    // The five common addresses of a domain (acm: email-validation.html).
    const boxes = ['admin', 'administrator', 'hostmaster', 'postmaster', 'webmaster'];
    return { ...common, ValidationEmails: boxes.map((box) => `${box}@${domain}`), ValidationMethod: 'EMAIL' };
  }
  return { ...common, ResourceRecord: validationRecord(engine, name), ValidationMethod: 'DNS' };
}

function domainStatus(engine: Engine, one: Certificate, name: string): client.DomainStatus {
  if (one.issuedAt !== undefined || isProved(engine, one, name)) return 'SUCCESS';
  return one.status === 'PENDING_VALIDATION' ? 'PENDING_VALIDATION' : 'FAILED';
}
