import type { RedirectActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2';

/** The parts of a request that a redirect can take over: `#{protocol}`, `#{host}`, `#{port}`, `#{path}`, `#{query}`. */
export interface RedirectFrom {
  protocol: string;
  host: string;
  port: string;
  /** Without the leading slash. */
  path: string;
  query: string;
}

/** Where a redirect action leads; parts that are left out stay as they were asked for (API_RedirectActionConfig.html). */
export function redirectLocation(config: RedirectActionConfig, from: RedirectFrom): string {
  const fill = (text: string) =>
    text.replace(/#\{(protocol|host|port|path|query)\}/g, (_match, key: keyof RedirectFrom) => from[key]);
  const protocol = fill(config.Protocol ?? '#{protocol}').toLowerCase();
  const port = fill(config.Port ?? '#{port}');
  const path = fill(config.Path ?? '/#{path}');
  const query = fill(config.Query ?? '#{query}');
  const usual = protocol === 'https' ? '443' : '80';
  // AWS writes the port out even when it is the usual one.
  return `${protocol}://${fill(config.Host ?? '#{host}')}:${port || usual}${path}${query && `?${query}`}`;
}
