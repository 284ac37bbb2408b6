import { domainPattern } from '../settings/blocks/web.ts';
import { at, textAt, type Raw } from './raw.ts';
import { rootUrlOf, type Found, type Verdict } from './rule.ts';

const moves = 'a certificate is found in ACM or requested, and `redeploy cutover` moves the names';

/**
 * `proxy.domains`, or those of the older `app.ssl.autogenerate`, as balancer.domain and otherDomains. A balancer with a domain speaks HTTPS, and ROOT_URL has to be one of its
 * names: where mup.js says otherwise it is the user's decision.
 */
export function judgeDomains({ text, config }: Found): Partial<Verdict> {
  const names = [...new Set(text.split(',').map((name) => name.trim().toLowerCase()))].filter((name) => name !== '');
  const obstacle = whyNot(names, config);
  if (obstacle !== undefined) {
    return { outcome: 'needs you', why: `${obstacle}; then name it as balancer.domain: ${moves}` };
  }
  const first = rootUrlOf(config)?.hostname ?? names[0];
  const others = names.filter((name) => name !== first);
  const keys = others.length > 0 ? 'balancer.domain and otherDomains' : 'balancer.domain';
  return {
    outcome: 'mapped',
    why: `${keys}: ${moves}`,
    set: { 'balancer.domain': first, ...(others.length > 0 && { 'balancer.otherDomains': others }) },
  };
}

/** A domain and nine others are what redeploy.json takes. */
const mostNames = 10;

function whyNot(names: readonly string[], config: Raw): string | undefined {
  const strange = names.find((name) => !domainPattern.test(name));
  if (strange !== undefined) return `${strange} is no name that a browser can ask for`;
  if (names.length === 0 || names.length > mostNames) return `it takes 1 to ${mostNames} names`;
  if ((at(config, 'proxy', 'ssl') ?? at(config, 'app', 'ssl')) === undefined)
    return 'visitors come by HTTP, and would come by HTTPS';
  return whyNotRoot(names, config);
}

function whyNotRoot(names: readonly string[], config: Raw): string | undefined {
  const root = rootUrlOf(config);
  if (!root) return textAt(config, 'app', 'env', 'ROOT_URL') === undefined ? undefined : 'ROOT_URL is no address';
  if (root.protocol !== 'https:') return 'write ROOT_URL with https://';
  if (!names.includes(root.hostname)) return `ROOT_URL names ${root.hostname}, which is not among them`;
  const port = Number(root.port || 443);
  const listening = at(config, 'proxy', 'shared', 'httpsPort') ?? at(config, 'app', 'ssl', 'port') ?? 443;
  return port === Number(listening) ? undefined : `ROOT_URL names port ${port}`;
}
