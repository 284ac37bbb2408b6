import type { Target } from './target.ts';

/** Where the balancer answers: HTTPS as soon as there is a certificate; the scheme's own port is not written. */
export function addressOf(target: Pick<Target, 'balancer'>, dnsName: string): string {
  const { certificate, httpPort, httpsPort } = target.balancer;
  const [scheme, port, usual] = certificate === undefined ? ['http', httpPort, 80] : ['https', httpsPort, 443];
  return `${scheme}://${dnsName}${port === usual ? '' : `:${port}`}`;
}
