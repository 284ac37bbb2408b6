import type { Target } from './target.ts';

type Names = Pick<Target['balancer'], 'domain' | 'otherDomains'>;
type Ports = Pick<Target['balancer'], 'certificate' | 'httpPort' | 'httpsPort'> & Partial<Names>;

/** With a domain or a certificate visitors come by HTTPS. */
export const isSecure = ({ certificate, domain }: Pick<Ports, 'certificate' | 'domain'>): boolean =>
  certificate !== undefined || domain !== undefined;

/** Where the balancer answers; the scheme's own port is not written. */
export function addressOf({ balancer }: { balancer: Ports }, dnsName: string): string {
  const { httpPort, httpsPort } = balancer;
  const [scheme, port, usual] = isSecure(balancer) ? ['https', httpsPort, 443] : ['http', httpPort, 80];
  return `${scheme}://${dnsName}${port === usual ? '' : `:${port}`}`;
}

/** Where people reach the app: its domain, else the balancer's own name, when that is known. */
export function publicUrl(target: { balancer: Ports }, dnsName: string | undefined): string | undefined {
  const name = target.balancer.domain ?? dnsName;
  return name === undefined ? undefined : addressOf(target, name);
}

/** All names that people use, the first one first. */
export const namesOfBalancer = ({ balancer }: { balancer: Names }): string[] =>
  balancer.domain === undefined ? [] : [balancer.domain, ...balancer.otherDomains];

/** Whether a certificate for `names` is good for a name: an asterisk stands for one label (RFC 6125). */
export const covers = (names: readonly string[], name: string): boolean =>
  names.some((own) => own.toLowerCase() === name || own.toLowerCase() === name.replace(/^[^.]+/, '*'));
