import type { IncomingMessage } from 'node:http';

const week = 7 * 86_400_000;

/** What an AWSALB cookie says: which target (or target group), until when. */
interface Mark {
  key: string;
  until: number;
}

const encode = ({ key, until }: Mark): string => Buffer.from(JSON.stringify([key, until])).toString('base64url');

function decode(text: string): Mark | undefined {
  try {
    const [key, until] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [unknown, unknown];
    return typeof key === 'string' && typeof until === 'number' ? { key, until } : undefined;
  } catch {
    return undefined;
  }
}

/** The cookie pairs of a request; the first of equal names counts. */
function cookiesOf(request: IncomingMessage): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}

export type StickyCookie = 'AWSALB' | 'AWSALBTG';

/** What the client is stuck to as far as the cookie is still valid. Browsers of other sites send only the CORS twin. */
export function stuckTo(request: IncomingMessage, cookie: StickyCookie, now: number): string | undefined {
  const cookies = cookiesOf(request);
  const mark = decode(cookies.get(cookie) ?? cookies.get(`${cookie}CORS`) ?? '');
  return mark && mark.until > now ? mark.key : undefined;
}

/**
 * Set-Cookie lines that stick a client to `key`: the cookie lives for a week in the browser, the duration counts inside
 * (elasticloadbalancing/latest/application/edit-target-group-attributes.html).
 */
export function stick(cookie: StickyCookie, key: string, time: { now: number; durationSeconds: number }): string[] {
  const value = encode({ key, until: time.now + time.durationSeconds * 1000 });
  const rest = `Expires=${new Date(time.now + week).toUTCString()}; Path=/`;
  return [`${cookie}=${value}; ${rest}`, `${cookie}CORS=${value}; ${rest}; SameSite=None`];
}
