import { randomUUID } from 'node:crypto';
import type * as client from '@aws-sdk/client-acm';
import type { Certificate } from '../../engine/acm/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { readTags } from './tags.ts';

/** Quotas (acm: acm-limits.html): names of a certificate, certificates of an account (the expired ones do not count). */
const mostNames = 10;
const mostCertificates = 2500;
/** "Idempotency tokens time out after one hour" (API_RequestCertificate.html). */
const tokenMs = 3_600_000;

type Request = HandlerFor<typeof client, 'RequestCertificate'>;

/** API_RequestCertificate.html. A token of the last hour answers the certificate that it made, whatever else is asked. */
export const requestCertificate: Request = (input, { engine }) => {
  const names = readNames(input.DomainName, input.SubjectAlternativeNames);
  const keyAlgorithm = readAlgorithm(input.KeyAlgorithm);
  const tags = readTags(input.Tags);
  checkToken(input.IdempotencyToken);
  const made = madeWith(engine, input.IdempotencyToken);
  if (made) return { CertificateArn: made.arn };
  checkRoom(engine);
  const { account, region, acm } = engine.state;
  const certificate: Certificate = {
    arn: `arn:aws:acm:${region}:${account}:certificate/${randomUUID()}`,
    domainName: input.DomainName,
    names,
    keyAlgorithm,
    validationMethod: input.ValidationMethod === 'DNS' ? 'DNS' : 'EMAIL',
    status: 'PENDING_VALIDATION',
    createdAt: engine.clock.now(),
    ...(input.IdempotencyToken !== undefined && { idempotencyToken: input.IdempotencyToken }),
    isExportable: input.Options?.Export === 'ENABLED',
    tags,
  };
  acm.certificates[certificate.arn] = certificate;
  return { CertificateArn: certificate.arn };
};

function madeWith(engine: Engine, token: string | undefined): Certificate | undefined {
  if (token === undefined) return undefined;
  const since = engine.clock.now() - tokenMs;
  return Object.values(engine.state.acm.certificates).find(
    (one) => one.idempotencyToken === token && one.createdAt > since,
  );
}

const constraint = (value: string, member: string, text: string) =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${text}`,
  );

/** The pattern of DomainNameString in the API reference. */
const nameForm = /^(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])$/;

function readNames(domainName: string, alternatives: string[] = []): string[] {
  const wrong = [domainName, ...alternatives].find((name) => name.length > 253 || !nameForm.test(name));
  if (wrong !== undefined) {
    const member = wrong === domainName ? 'domainName' : 'subjectAlternativeNames';
    throw constraint(wrong, member, `Member must satisfy regular expression pattern: ${nameForm.source}`);
  }
  // The common name of RFC 5280.
  if (domainName.length > 64) {
    throw new AwsError(
      'InvalidParameterException',
      `The first domain name can be no longer than 64 characters, '${domainName}' has ${domainName.length}.`,
    );
  }
  const names = [...new Set([domainName, ...alternatives].map((name) => name.toLowerCase()))];
  if (names.length <= mostNames) return names;
  throw new AwsError(
    'LimitExceededException',
    `Cannot request more than ${mostNames} domain names per certificate, ${names.length} were given.`,
  );
}

function checkToken(token: string | undefined): void {
  if (token === undefined || /^\w{1,32}$/.test(token)) return;
  throw constraint(token, 'idempotencyToken', String.raw`Member must satisfy regular expression pattern: \w+`);
}

function readAlgorithm(wanted: string = 'RSA_2048'): Certificate['keyAlgorithm'] {
  if (wanted === 'RSA_2048' || wanted === 'EC_prime256v1' || wanted === 'EC_secp384r1') return wanted;
  throw new AwsError('InvalidParameterException', `The key algorithm ${wanted} is for imported certificates only.`);
}

function checkRoom(engine: Engine): void {
  const counted = Object.values(engine.state.acm.certificates).filter(({ status }) => status !== 'EXPIRED');
  if (counted.length < mostCertificates) return;
  throw new AwsError('LimitExceededException', `You have reached your limit of ${mostCertificates} certificates.`);
}
