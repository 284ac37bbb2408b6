import { createHash } from 'node:crypto';
import type { Engine } from '../engine.ts';
import type { Certificate } from './state.ts';
import { newAuthority, newCertificate } from './x509.ts';

/** "If the records are not there within 72 hours, the status becomes Validation timed out" (acm: dns-validation.html). */
const validationMs = 72 * 3_600_000;
/** "Each is valid for 198 days" (acm: acm-concepts.html). */
const validMs = 198 * 86_400_000;

export interface ValidationRecord {
  Name: string;
  Type: 'CNAME';
  Value: string;
}

const hash = (text: string) => createHash('md5').update(text).digest('hex');

/** The CNAME that proves a name. The same for account and domain for ever, and for a domain and its wildcard. */
export function validationRecord(engine: Engine, name: string): ValidationRecord {
  const domain = name.replace(/^\*\./, '');
  const seed = `${engine.state.account} ${domain}`;
  return {
    Name: `_${hash(`name ${seed}`)}.${domain}.`,
    Type: 'CNAME',
    Value: `_${hash(`value ${seed}`)}.acm-validations.aws.`,
  };
}

/** Whether a public zone of the sandbox answers with the record; of other zones it knows nothing. */
function isPublished(engine: Engine, { Name, Type, Value }: ValidationRecord): boolean {
  const dotless = (text: string) => text.toLowerCase().replace(/\.$/, '');
  const zones = Object.values(engine.state.route53.zones).filter(({ vpcs }) => vpcs.length === 0);
  if (engine.provesForeignNames && !zones.some(({ name }) => Name.endsWith(`.${name}`))) return true;
  return zones.some((zone) =>
    zone.records.some(
      (record) => record.name === Name && record.type === Type && record.values?.map(dotless).includes(dotless(Value)),
    ),
  );
}

export const isProved = (engine: Engine, certificate: Certificate, name: string): boolean =>
  certificate.validationMethod === 'DNS' && isPublished(engine, validationRecord(engine, name));

/** When an issued certificate is over. */
export const expiresAt = (certificate: Certificate): number | undefined =>
  certificate.issuedAt === undefined ? undefined : certificate.issuedAt + validMs;

/** Brings a certificate's status up to now: issued when its records are published, timed out, expired. */
export function settle(engine: Engine, certificate: Certificate): Certificate {
  const now = engine.clock.now();
  if (certificate.status === 'PENDING_VALIDATION') settlePending(engine, certificate, now);
  const end = expiresAt(certificate);
  // ACM renews by itself what is in use and still has its records ("managed renewal").
  if (certificate.status === 'ISSUED' && end !== undefined && end <= now) {
    if (certificate.names.every((name) => isProved(engine, certificate, name))) certificate.issuedAt = now;
    else certificate.status = 'EXPIRED';
  }
  return certificate;
}

function settlePending(engine: Engine, certificate: Certificate, now: number): void {
  if (certificate.names.every((name) => isProved(engine, certificate, name))) {
    certificate.provedAt ??= now;
    if (now >= certificate.provedAt + engine.timing.certificateMs) issueCertificate(engine, certificate);
  } else if (now >= certificate.createdAt + validationMs) {
    certificate.status = 'VALIDATION_TIMED_OUT';
    engine.save();
  }
}

/** Issues a certificate now, whatever its records say: for validation by email and for tests. */
export function issueCertificate(engine: Engine, certificate: Certificate): void {
  const { acm } = engine.state;
  acm.authority ??= newAuthority();
  certificate.pair = newCertificate(acm.authority, certificate.names);
  certificate.status = 'ISSUED';
  certificate.issuedAt = engine.clock.now();
  engine.save();
}

/** ARNs of the load balancers that serve with a certificate. */
export function balancersWith(engine: Engine, certificateArn: string): string[] {
  const listeners = Object.values(engine.state.elb.listeners).filter(
    (one) => one.certificateArn === certificateArn || one.moreCertificates?.includes(certificateArn),
  );
  return [...new Set(listeners.map(({ loadBalancerArn }) => loadBalancerArn))];
}
