import { createHash } from 'node:crypto';
import {
  DescribeCertificateCommand,
  ListTagsForCertificateCommand,
  paginateListCertificates,
  RequestCertificateCommand,
  type CertificateDetail,
  type CertificateSummary,
} from '@aws-sdk/client-acm';
import { performAll, type Change } from '../core/act.ts';
import { covers, namesOfBalancer } from '../core/address.ts';
import type { Context } from '../core/context.ts';
import { DeployError, isAwsError } from '../core/errors.ts';
import { stemOf, tagKeys, tagRecord, tagsOf } from '../core/names.ts';
import type { Target } from '../core/target.ts';
import { until } from '../core/wait.ts';
import { proofActs } from './certificate/proof.ts';
import { findZonesIfAllowed } from './zones.ts';

/** Keys that a load balancer takes (API_Certificate of ELBv2: RSA up to 4096, P-256 and P-384). */
const keyTypes = ['RSA_2048', 'RSA_3072', 'RSA_4096', 'EC_prime256v1', 'EC_secp384r1'] as const;

/** What there is for the names of the balancer. */
type Found = { arn: string; isIssued: boolean } | undefined;

/**
 * The target with the ARN of a certificate that its names are good for: the one that the settings name, one that ACM has, one
 * that is requested and proved by a record in Route 53, or by one that it asks the user to add. Throws `settings` for a
 * certificate that cannot be used, `timeout` when nobody proves a new one; run again, it goes on with that.
 */
export async function withCertificate(ctx: Context, target: Target): Promise<Target> {
  await checkCertificate(ctx, target);
  if (!isWanted(target)) return target;
  const found = await findCertificate(ctx, target);
  const arn = found?.arn ?? (await request(ctx, target));
  if (!found?.isIssued) await prove(ctx, target, arn);
  return secured(target, arn);
}

/** What `withCertificate` would do. Only reads. */
export async function planCertificate(ctx: Context, target: Target): Promise<{ target: Target; changes: Change[] }> {
  await checkCertificate(ctx, target);
  if (!isWanted(target)) return { target, changes: [] };
  const found = await findCertificate(ctx, target);
  if (found?.isIssued) return { target: secured(target, found.arn), changes: [] };
  return { target: secured(target, found?.arn ?? 'arn:new'), changes: [requestChange(target, found !== undefined)] };
}

/** The certificate that a deploy would serve with. */
export type SeenCertificate =
  | { kind: 'none' | 'of IAM' | 'to request' | 'to prove' }
  | { kind: 'issued'; detail: CertificateDetail };

/** Looks for it. Only reads; throws `settings` as `withCertificate` does. */
export async function lookAtCertificate(ctx: Context, target: Target): Promise<SeenCertificate> {
  await checkCertificate(ctx, target);
  const { certificate } = target.balancer;
  if (certificate !== undefined && !isOfAcm(certificate)) return { kind: 'of IAM' };
  if (certificate === undefined && !isWanted(target)) return { kind: 'none' };
  const found = certificate === undefined ? await findCertificate(ctx, target) : { arn: certificate, isIssued: true };
  if (!found?.isIssued) return { kind: found ? 'to prove' : 'to request' };
  const detail = await describe(ctx, found.arn);
  return detail ? { kind: 'issued', detail } : { kind: 'to request' };
}

const isOfAcm = (arn: string): boolean => /^arn:[\w-]+:acm:/.test(arn);

const isWanted = ({ balancer }: Target): boolean => balancer.domain !== undefined && balancer.certificate === undefined;

const secured = (target: Target, certificate: string): Target => ({
  ...target,
  balancer: { ...target.balancer, certificate },
});

const requestChange = (target: Target, isThere: boolean): Change => ({
  action: isThere ? 'change' : 'create',
  what: `certificate of ${namesOfBalancer(target).join(', ')}`,
  why: isThere
    ? 'it was requested, and nobody has proved yet that the names are yours'
    : 'ACM has none that covers them',
  calls: [...(isThere ? [] : ['acm:RequestCertificate']), 'route53:ChangeResourceRecordSets'],
});

/** The certificate that the settings name: there, issued, good for the names. Server certificates of IAM are taken as they are. */
async function checkCertificate(ctx: Context, target: Target): Promise<void> {
  const { certificate: arn } = target.balancer;
  if (arn === undefined || !isOfAcm(arn)) return;
  const one = await describe(ctx, arn);
  const wrong = one ? whyUseless(target, one) : 'there is no such certificate in this region';
  if (wrong === undefined) return;
  throw new DeployError('settings', `balancer.certificate ${arn}: ${wrong}`, {
    hint: 'name another, or leave it out and name balancer.domain: then a certificate is found in ACM, or requested',
  });
}

function whyUseless(target: Target, { Status, KeyAlgorithm, SubjectAlternativeNames = [] }: CertificateDetail) {
  if (Status !== 'ISSUED') return `it is ${Status}, not ISSUED`;
  const algorithm = KeyAlgorithm?.replace('-', '_') ?? '';
  if (!keyTypes.some((type) => type === algorithm)) return `a load balancer takes no key of type ${KeyAlgorithm}`;
  const missing = namesOfBalancer(target).filter((name) => !covers(SubjectAlternativeNames, name));
  return missing.length === 0
    ? undefined
    : `it is for ${SubjectAlternativeNames.join(', ')}, not for ${missing.join(', ')}`;
}

async function describe(ctx: Context, arn: string): Promise<CertificateDetail | undefined> {
  try {
    return (await ctx.aws.acm.send(new DescribeCertificateCommand({ CertificateArn: arn }))).Certificate;
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException', 'InvalidArnException')) return undefined;
    throw error;
  }
}

/** An issued one that covers all names, the one that lasts longest; else one that we requested and that is still to be proved. */
async function findCertificate(ctx: Context, target: Target): Promise<Found> {
  const names = namesOfBalancer(target);
  const all: CertificateSummary[] = [];
  const filter = {
    CertificateStatuses: ['ISSUED' as const, 'PENDING_VALIDATION' as const],
    Includes: { keyTypes: [...keyTypes] },
  };
  for await (const page of paginateListCertificates({ client: ctx.aws.acm }, filter)) {
    all.push(...(page.CertificateSummaryList ?? []));
  }
  const fitting = all.filter(({ SubjectAlternativeNameSummaries: own = [] }) =>
    names.every((name) => covers(own, name)),
  );
  const until = ({ NotAfter }: CertificateSummary) => NotAfter?.getTime() ?? 0;
  const [issued] = fitting.filter(({ Status }) => Status === 'ISSUED').toSorted((a, b) => until(b) - until(a));
  if (issued?.CertificateArn) return { arn: issued.CertificateArn, isIssued: true };
  for (const { CertificateArn: arn = '' } of fitting) {
    if (await isOurs(ctx, target, arn)) return { arn, isIssued: false };
  }
  return undefined;
}

async function isOurs(ctx: Context, target: Target, arn: string): Promise<boolean> {
  const { Tags } = await ctx.aws.acm.send(new ListTagsForCertificateCommand({ CertificateArn: arn }));
  const tags = tagRecord(Tags);
  return tags[tagKeys.app] === target.app && tags[tagKeys.environment] === target.environment;
}

/** The token makes two requests within an hour one (API_RequestCertificate.html). */
async function request(ctx: Context, target: Target): Promise<string> {
  const [DomainName, ...others] = namesOfBalancer(target);
  const seed = JSON.stringify([stemOf(target), DomainName, ...others]);
  const { CertificateArn } = await ctx.aws.acm.send(
    new RequestCertificateCommand({
      DomainName,
      ...(others.length > 0 && { SubjectAlternativeNames: others }),
      ValidationMethod: 'DNS',
      IdempotencyToken: createHash('sha256').update(seed).digest('hex').slice(0, 32),
      Tags: tagsOf(target, 'certificate'),
    }),
  );
  return CertificateArn ?? '';
}

/** Puts the records that prove the names where it can, names those that it cannot, and waits for ACM to see them. */
async function prove(ctx: Context, target: Target, arn: string): Promise<void> {
  const what = `certificate of ${namesOfBalancer(target).join(', ')}`;
  const limits = { everyMs: 10_000, forMs: 1_800_000 };
  const options = await until(ctx, what, limits, async () => {
    const { DomainValidationOptions: all = [] } = (await describe(ctx, arn)) ?? {};
    const isKnown = all.length > 0 && all.every(({ ResourceRecord }) => ResourceRecord);
    return isKnown ? { done: all } : { pending: 'ACM has not said yet how to prove the names' };
  });
  const { acts, missing } = proofActs(await findZonesIfAllowed(ctx), options);
  await performAll(ctx, acts);
  for (const record of missing) ctx.report({ kind: 'note', message: `add to your DNS: ${record}` });
  const reason = missing.length === 0 ? 'ACM looks for the record' : `DNS has to have ${missing.join('; ')}`;
  await until(ctx, what, limits, async () => {
    const one = await describe(ctx, arn);
    if (one?.Status === 'ISSUED') return { done: true };
    if (one && one.Status !== 'PENDING_VALIDATION') throw failed(arn, one);
    return { pending: reason };
  });
}

function failed(arn: string, { Status, FailureReason }: CertificateDetail): DeployError {
  const message = `certificate ${arn} is ${Status}${FailureReason ? ` (${FailureReason})` : ''}`;
  return new DeployError('foundation', message, {
    hint: 'delete it (`aws acm delete-certificate`) and deploy again: another is requested',
  });
}
