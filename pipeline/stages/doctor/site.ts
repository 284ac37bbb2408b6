import type { CertificateDetail } from '@aws-sdk/client-acm';
import { addressOf, covers, namesOfBalancer, publicUrl } from '../../core/address.ts';
import { failed, ok, warning, worst, type Verdict } from '../../core/check.ts';
import type { Context } from '../../core/context.ts';
import { messageOf } from '../../core/errors.ts';
import { runtimeHealthPath } from '../../core/health.ts';
import type { Target } from '../../core/target.ts';
import { lookAtCertificate } from '../certificate.ts';

type Seen = Pick<CertificateDetail, 'DomainName' | 'SubjectAlternativeNames' | 'NotAfter'>;

const dayMs = 86_400_000;

/** Whether browsers will accept the certificate for the names that people type. ACM renews 60 days before the end. */
export function judgeCertificate(seen: Seen, hosts: readonly string[], nowMs: number): Verdict {
  const names = [...new Set([seen.DomainName ?? '', ...(seen.SubjectAlternativeNames ?? [])])];
  const text = `certificate for ${names.join(', ')}`;
  const daysLeft = Math.floor(((seen.NotAfter?.getTime() ?? Infinity) - nowMs) / dayMs);
  return worst([judgeNames(names, hosts), judgeAge(text, daysLeft)], `${text} is issued`);
}

function judgeNames(names: string[], hosts: readonly string[]): Verdict {
  const missing = hosts.filter((host) => !covers(names, host));
  if (missing.length === 0) return ok('');
  return failed(
    `the certificate is for ${names.join(', ')}, ROOT_URL for ${missing.join(', ')}`,
    'request a certificate for that name, or correct ROOT_URL',
  );
}

function judgeAge(text: string, daysLeft: number): Verdict {
  const remedy = 'look in ACM why it is not renewed: its DNS record may be gone';
  if (daysLeft < 0) return failed(`${text} is over since ${-daysLeft} days`, remedy);
  return daysLeft < 30 ? warning(`${text} ends in ${daysLeft} days`, remedy) : ok('');
}

/** Throws `settings` for a certificate that a deploy would refuse. */
export async function checkCertificate(ctx: Context, target: Target, host: string | undefined): Promise<Verdict> {
  const seen = await lookAtCertificate(ctx, target);
  if (seen.kind === 'issued') {
    const named = namesOfBalancer(target);
    return judgeCertificate(seen.detail, named.length > 0 || host === undefined ? named : [host], ctx.clock.now());
  }
  const names = namesOfBalancer(target).join(', ');
  const words = {
    none: 'none: the load balancer speaks HTTP',
    'of IAM': `${target.balancer.certificate}: a server certificate of IAM is taken as it is`,
    'to request': `ACM has none for ${names} yet: a deploy requests one`,
    'to prove': '',
  };
  if (seen.kind !== 'to prove') return ok(words[seen.kind]);
  const remedy = 'redeploy deploy adds the records that prove it, or says which to add, and waits';
  return warning(`the certificate for ${names} is requested, and nobody has proved the names yet`, remedy);
}

/** What answers under the public name. */
export type Answer = { release: string | undefined; status: number } | { error: string };

export function judgeDomain(url: string, answer: Answer, live: string | undefined): Verdict {
  if ('error' in answer) {
    return failed(
      `${url} cannot be reached: ${answer.error}`,
      'point its DNS record at the load balancer (`redeploy status` names it)',
    );
  }
  const { release, status } = answer;
  if (release === live) return ok(`${url} answers with ${release}`);
  const told = release === undefined ? `status ${status} and no release` : release;
  return warning(
    `${url} answers with ${told}, live is ${live}`,
    'see where its DNS record points: `redeploy status` names the load balancer',
  );
}

/**
 * Asks as a visitor would. Before the first deploy there is nothing to reach. No DNS leads to a load balancer on this computer,
 * the sandbox's: that one is asked itself, for the site of that name.
 */
export async function checkDomain(
  ctx: Context,
  target: Target,
  { rootUrl, live, balancer }: { rootUrl: string | undefined; live: string | undefined; balancer: string | undefined },
): Promise<Verdict> {
  const address = rootUrl ?? publicUrl(target, undefined);
  if (address === undefined) return ok('ROOT_URL is not set: the address of the load balancer serves');
  const { origin, hostname, host } = new URL(address);
  if (isThisComputer(hostname)) return nobodys(address);
  if (live === undefined) return ok(`${address} is asked once something is deployed`);
  if (balancer === undefined || !isThisComputer(balancer)) return judgeDomain(origin, await ask(ctx, origin), live);
  const answer = await ask(ctx, addressOf(target, balancer), { host });
  const judged = judgeDomain(`${origin} (asked at ${balancer}, on this computer)`, answer, live);
  return judged.verdict === 'ok' ? judged : { ...judged, remedy: '`redeploy status` shows how its machines are' };
}

const isThisComputer = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(host);

/** Meteor makes its links of it: those of e-mails, and in the page. */
const nobodys = (address: string): Verdict =>
  warning(
    `ROOT_URL is ${address}: the links that the app makes lead each visitor to his own computer`,
    'write the address that people type, or leave ROOT_URL out: then that of the load balancer serves',
  );

/** The runtime answers there whatever `health.path` is. */
async function ask(ctx: Context, site: string, headers: Record<string, string> = {}): Promise<Answer> {
  try {
    const { status, body } = await ctx.http({ url: `${site}${runtimeHealthPath}`, headers, timeoutMs: 5000 });
    return { status, release: releaseIn(body) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function releaseIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { release?: string }).release;
  } catch {
    return undefined;
  }
}
