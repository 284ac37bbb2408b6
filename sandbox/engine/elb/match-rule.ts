import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { IncomingMessage } from 'node:http';
import type { Listener, Rule } from './state.ts';

/** What a rule looks at. */
export interface Asked {
  method: string;
  /** Without port. */
  host: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** Address of the client's end of the connection. */
  source: string;
}

/** Reads what rules look at out of a request. */
export function askedOf(request: IncomingMessage): Asked {
  const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
  return {
    method: request.method ?? 'GET',
    host: (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase(),
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    source: request.socket.remoteAddress ?? '',
  };
}

const splitOnce = (text: string, by: string): [string, string] | [string] => {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

/** Actions of the first rule that matches, by ascending priority; else the listener's default actions. */
export function chooseActions(listener: Listener, rules: Rule[], asked: Asked): Action[] {
  const inOrder = rules.filter((rule) => rule.listenerArn === listener.arn).sort((a, b) => a.priority - b.priority);
  const rule = inOrder.find(({ conditions }) => conditions.every((condition) => holds(condition, asked)));
  return rule?.actions ?? listener.defaultActions;
}

const tests: Record<string, (condition: RuleCondition, asked: Asked) => boolean> = {
  'host-header': (condition, asked) =>
    valuesOf(condition, condition.HostHeaderConfig).some((value) => glob(value.toLowerCase()).test(asked.host)),
  'path-pattern': (condition, asked) =>
    valuesOf(condition, condition.PathPatternConfig).some((value) => glob(value).test(asked.path)),
  'http-request-method': ({ HttpRequestMethodConfig: config }, asked) => (config?.Values ?? []).includes(asked.method),
  'http-header': headerHolds,
  'query-string': ({ QueryStringConfig: config }, asked) =>
    (config?.Values ?? []).some(({ Key, Value }) =>
      [...asked.query].some(([key, value]) => (!Key || glob(Key).test(key)) && glob(Value ?? '').test(value)),
    ),
  'source-ip': ({ SourceIpConfig: config }, asked) => (config?.Values ?? []).some((cidr) => inCidr(asked.source, cidr)),
};

/** The condition fields that listeners can tell. */
export const conditionFields: readonly string[] = Object.keys(tests);

const holds = (condition: RuleCondition, asked: Asked): boolean =>
  tests[condition.Field ?? '']?.(condition, asked) ?? false;

const valuesOf = (condition: RuleCondition, config: { Values?: string[] | undefined } | undefined): string[] => [
  ...(condition.Values ?? []),
  ...(config?.Values ?? []),
];

function headerHolds({ HttpHeaderConfig: config }: RuleCondition, asked: Asked): boolean {
  const value = asked.headers[config?.HttpHeaderName?.toLowerCase() ?? ''];
  if (value === undefined) return false;
  return (config?.Values ?? []).some((pattern) => glob(pattern, 'i').test(String(value)));
}

/** `*` stands for any characters, `?` for one. */
function glob(pattern: string, flags = ''): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`);
}

function inCidr(address: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  const from = numeric(base);
  const asked = numeric(address.replace(/^::ffff:/, ''));
  if (from === undefined || asked === undefined) return address === base;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(from / size) === Math.floor(asked / size);
}

function numeric(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some(Number.isNaN)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
