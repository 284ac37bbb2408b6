import type { Blocks } from '../settings.ts';
import type { Finding } from './finding.ts';

/** What came back from one side; `error` when nothing did. */
export type Answer = { status: number; headers: Record<string, string>; body: string } | { error: string };

type Properties = Record<string, string>;

/** One request that both sides get, and what of the answers must be equal. */
export interface Question {
  scheme: 'http' | 'https';
  method: string;
  path: string;
  headers: Record<string, string>;
  bodyBytes: number;
  /** Names and values that are compared. */
  look(answer: Exclude<Answer, { error: string }>): Properties;
}

/** Everything that is compared, for one public name. https as soon as the new balancer has a certificate. */
export function questionsOf(retire: Blocks['retire'], isSecure: boolean): Question[] {
  const scheme = isSecure ? 'https' : 'http';
  const plain = { scheme, headers: {}, bodyBytes: 0 } as const;
  const ordinary = retire.paths.flatMap((path) =>
    retire.methods.map((method): Question => {
      return { ...plain, method, path, look: (answer) => ordinaryLook({ method, path }, answer, retire.headers) };
    }),
  );
  const [first = '/'] = retire.paths;
  return [
    ...ordinary,
    ...(isSecure ? [{ ...plain, scheme: 'http' as const, method: 'GET', path: first, look: redirectLook }] : []),
    { ...plain, method: 'GET', path: '/sockjs/info', look: sockjsLook },
    {
      ...plain,
      method: 'GET',
      path: '/websocket',
      headers: upgradeHeaders,
      look: ({ status }) => ({ 'WebSocket upgrade': status === 101 ? 'yes' : `no (status ${status})` }),
    },
    {
      ...plain,
      method: 'GET',
      path: first,
      headers: { 'accept-encoding': 'gzip' },
      look: ({ headers }) => ({ compression: headers['content-encoding'] ?? 'none' }),
    },
    ...uploadQuestion(retire.uploadBytes, plain),
    ...addressQuestion(retire.clientAddressPath, plain),
  ];
}

type Plain = Pick<Question, 'scheme' | 'headers' | 'bodyBytes'>;

/** The path is nobody's: a limit strikes before the application sees the request. */
const uploadQuestion = (bodyBytes: number, plain: Plain): Question[] =>
  bodyBytes === 0
    ? []
    : [
        {
          ...plain,
          method: 'POST',
          path: '/.well-known/redeploy/upload',
          headers: { 'content-type': 'application/octet-stream' },
          bodyBytes,
          look: ({ status }) => ({
            [`upload of ${bodyBytes} bytes`]: status === 413 ? 'refused (status 413)' : 'taken',
          }),
        },
      ];

/** A client may forge the header; what the app makes of the chain must be the same all the same. */
const addressQuestion = (path: string | undefined, plain: Plain): Question[] =>
  path === undefined
    ? []
    : [
        {
          ...plain,
          method: 'GET',
          path,
          headers: { 'x-forwarded-for': '198.51.100.7' },
          look: ({ body }) => ({ 'client address': body.trim().slice(0, 200) }),
        },
      ];

const upgradeHeaders = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  // The sample of RFC 6455, section 1.3.
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** Compares two answers to a question. A body counts as equally large within a quarter and 256 bytes. */
export function compare(question: Question, host: string, old: Answer, fresh: Answer): Finding[] {
  const name = `${question.method} ${question.path}`;
  if ('error' in old || 'error' in fresh) {
    const say = (answer: Answer) => ('error' in answer ? `no answer: ${answer.error}` : `status ${answer.status}`);
    return [{ key: `${name} answer`, host, old: say(old), new: say(fresh) }];
  }
  const [before, after] = [question.look(old), question.look(fresh)];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .map((key) => ({ key, host, old: before[key] ?? '', new: after[key] ?? '' }))
    .filter((one) => (one.key.endsWith(' body size') ? !isSameSize(one) : one.old !== one.new));
}

function ordinaryLook(
  { method, path }: Pick<Question, 'method' | 'path'>,
  answer: Exclude<Answer, { error: string }>,
  headers: readonly string[],
): Properties {
  const name = `${method} ${path}`;
  return {
    [`${name} status`]: String(answer.status),
    [`${name} redirect`]: answer.headers['location'] ?? '',
    [`${name} cookies`]: cookiesOf(answer.headers['set-cookie'] ?? ''),
    // Answers to HEAD have none.
    ...(method !== 'HEAD' && { [`${name} body size`]: `${Buffer.byteLength(answer.body)} bytes` }),
    ...Object.fromEntries(headers.map((header) => [`${name} header ${header}`, answer.headers[header] ?? ''])),
  };
}

function redirectLook({ status, headers }: Exclude<Answer, { error: string }>): Properties {
  return {
    'http redirect': headers['location'] ? 'yes' : `no (status ${status})`,
    'http location': headers['location'] ?? '',
  };
}

/** `entropy` is another one each time, as SockJS means it to be. */
function sockjsLook({ status, body }: Exclude<Answer, { error: string }>): Properties {
  const info = readObject(body);
  const members = ['websocket', 'cookie_needed', 'origins'].map((key) => `${key}: ${JSON.stringify(info[key])}`);
  return { '/sockjs/info': status === 200 ? members.join(', ') : `status ${status}` };
}

function readObject(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) as Record<string, unknown> | null) ?? {};
  } catch {
    return {};
  }
}

/** The balancer's own cookies, which the new one is meant to set. */
const balancerCookie = /^AWSALB/;

/** Names and attributes without values and dates. Expires= has a comma of its own. */
const cookiesOf = (header: string): string =>
  header
    .split(/,(?=\s*[^;,=\s]+=)/)
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '' && !balancerCookie.test(cookie))
    .map((cookie) => {
      const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
      const kept = attributes.filter((one) => /^(secure|httponly|samesite|path|domain)/i.test(one));
      return [pair.split('=')[0], ...kept.map((one) => one.toLowerCase()).toSorted()].join('; ');
    })
    .toSorted()
    .join(' | ');

function isSameSize(one: { old: string; new: string }): boolean {
  const [small = 0, large = 0] = [parseInt(one.old, 10), parseInt(one.new, 10)].toSorted((a, b) => a - b);
  return large <= small * 1.25 + 256;
}
