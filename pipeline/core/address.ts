import type { Target } from './target.ts';

type Ports = Pick<Target['balancer'], 'certificate' | 'httpPort' | 'httpsPort'>;

/** Where the balancer answers: HTTPS as soon as there is a certificate; the scheme's own port is not written. */
export function addressOf(target: { balancer: Ports }, dnsName: string): string {
  const { certificate, httpPort, httpsPort } = target.balancer;
  const [scheme, port, usual] = certificate === undefined ? ['http', httpPort, 80] : ['https', httpsPort, 443];
  return `${scheme}://${dnsName}${port === usual ? '' : `:${port}`}`;
}
