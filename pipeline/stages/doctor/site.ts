import { DescribeCertificateCommand, type CertificateDetail } from '@aws-sdk/client-acm';
import { failed, ok, warning, worst, type Verdict } from '../../core/check.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError, messageOf } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';

type Seen = Pick<CertificateDetail, 'Status' | 'DomainName' | 'SubjectAlternativeNames' | 'NotAfter'>;

const dayMs = 86_400_000;

/** Whether browsers will accept the certificate for the name that people type. ACM renews 60 days before the end. */
export function judgeCertificate(seen: Seen | undefined, host: string | undefined, nowMs: number): Verdict {
  if (!seen)
    return failed('ACM has no such certificate in this region', 'correct balancer.certificate in redeploy.json');
  const names = [...new Set([seen.DomainName ?? '', ...(seen.SubjectAlternativeNames ?? [])])];
  const text = `certificate for ${names.join(', ')}`;
  if (seen.Status !== 'ISSUED') {
    const remedy =
      seen.Status === 'PENDING_VALIDATION'
        ? 'make the DNS records that ACM shows for it (aws acm describe-certificate), and wait'
        : 'request a new one in ACM, and name it in balancer.certificate';
    return failed(`${text} is ${seen.Status}`, remedy);
  }
  const daysLeft = Math.floor(((seen.NotAfter?.getTime() ?? Infinity) - nowMs) / dayMs);
  return worst([judgeName(names, host), judgeAge(text, daysLeft)], `${text} is issued`);
}

function judgeName(names: string[], host: string | undefined): Verdict {
  if (host === undefined || names.some((name) => covers(name, host))) return ok('');
  return failed(
    `the certificate is for ${names.join(', ')}, ROOT_URL for ${host}`,
    'request a certificate for that name, or correct ROOT_URL',
  );
}

function judgeAge(text: string, daysLeft: number): Verdict {
  const remedy = 'look in ACM why it is not renewed: its DNS record may be gone';
  if (daysLeft < 0) return failed(`${text} is over since ${-daysLeft} days`, remedy);
  return daysLeft < 30 ? warning(`${text} ends in ${daysLeft} days`, remedy) : ok('');
}

/** `*.example.com` stands for one label. https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html */
const covers = (name: string, host: string): boolean =>
  name === host || (name.startsWith('*.') && host.slice(host.indexOf('.') + 1) === name.slice(2));

export async function checkCertificate(ctx: Context, target: Target, host: string | undefined): Promise<Verdict> {
  const { certificate } = target.balancer;
  if (!certificate) return ok('none: the load balancer speaks HTTP');
  return judgeCertificate(await findCertificate(ctx, certificate), host, ctx.clock.now());
}

async function findCertificate(ctx: Context, CertificateArn: string): Promise<Seen | undefined> {
  try {
    return (await ctx.aws.acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
    throw error;
  }
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

/** Asks as a visitor would. Before the first deploy there is nothing to reach. */
export async function checkDomain(
  ctx: Context,
  target: Target,
  { rootUrl, live }: { rootUrl: string | undefined; live: string | undefined },
): Promise<Verdict> {
  if (rootUrl === undefined) return ok('ROOT_URL is not set: the address of the load balancer serves');
  if (live === undefined) return ok(`${rootUrl} is asked once something is deployed`);
  const { origin } = new URL(rootUrl);
  const url = `${origin}${target.health.path}`;
  return judgeDomain(origin, await ask(ctx, url), live);
}

async function ask(ctx: Context, url: string): Promise<Answer> {
  try {
    const { status, body } = await ctx.http({ url, timeoutMs: 5000 });
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
