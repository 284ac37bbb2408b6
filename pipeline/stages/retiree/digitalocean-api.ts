import type { Context } from '../../core/context.ts';
import { DeployError, messageOf } from '../../core/errors.ts';
import { until } from '../../core/wait.ts';

/** DigitalOcean's API: JSON over HTTPS with a token. https://docs.digitalocean.com/reference/api/digitalocean/ */
export interface DigitalOceanApi {
  /** Undefined when the thing is not there (404), or there is nothing to say (204). Throws `credentials`, `retire`. */
  call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T | undefined>;
  /** All pages of a list. */
  list<T>(path: string, member: string): Promise<T[]>;
}

const perPage = 200;

/** The API with the token of the user. Throws `credentials` when there is none. */
export function digitalOceanApi(ctx: Context): DigitalOceanApi {
  const access = ctx.digitalOcean;
  if (!access) {
    throw new DeployError('credentials', 'retire.kind is digitalocean, and there is no token for its API', {
      hint: 'set DIGITALOCEAN_ACCESS_TOKEN (read and write, from the API page of the control panel)',
    });
  }
  const ask = async (method: string, path: string, body?: object) => {
    const content = body && Buffer.from(JSON.stringify(body));
    const { status, body: answer } = await ctx.http({
      url: `${access.endpoint}${path}`,
      method,
      headers: {
        authorization: `Bearer ${access.token.reveal()}`,
        'content-type': 'application/json',
        ...(content && { 'content-length': String(content.length) }),
      },
      ...(content && { body: content }),
      timeoutMs: 30_000,
    });
    return { status, answer };
  };
  /** A network that fails, 429 and 5xx pass, and so does "Droplet already has a pending event" (422). */
  const call = async <T>(method: string, path: string, body?: object): Promise<T | undefined> =>
    await until(ctx, `DigitalOcean ${method} ${path}`, { everyMs: 5000, forMs: 300_000 }, async () => {
      const asked = await ask(method, path, body).catch((error: unknown) => {
        // What was asked for may be under way: only the same command again looks for it.
        if (method === 'POST') throw silence(path, error);
        return messageOf(error);
      });
      if (typeof asked === 'string') return { pending: asked };
      const { status, answer } = asked;
      if (status === 404 || status === 204) return { done: undefined };
      if (status >= 200 && status < 300) return { done: JSON.parse(answer) as T };
      if (status === 429 || status >= 500) return { pending: `status ${status}` };
      if (status === 422 && answer.includes('pending event')) return { pending: 'another action holds the droplet' };
      throw refusal(method, path, status, answer);
    });
  return {
    call,
    list: async <T>(path: string, member: string) => {
      const found: T[] = [];
      const start = `${path}${path.includes('?') ? '&' : '?'}per_page=${perPage}`;
      for (let page = 1, next: string | undefined = start; next !== undefined; page += 1) {
        const answer: Page<T> = (await call<Page<T>>('GET', next)) ?? {};
        found.push(...((answer[member] as T[] | undefined) ?? []));
        next = answer.links?.pages?.next === undefined ? undefined : `${start}&page=${page + 1}`;
      }
      return found;
    },
  };
}

interface Page<T> {
  links?: { pages?: { next?: string } };
  [member: string]: T[] | object | undefined;
}

const silence = (path: string, cause: unknown): DeployError =>
  new DeployError('retire', `DigitalOcean does not answer POST ${path}: ${messageOf(cause)}`, {
    hint: 'run the same command again: it takes up what is under way',
    cause,
  });

function refusal(method: string, path: string, status: number, answer: string): DeployError {
  const isToken = status === 401 || status === 403;
  return new DeployError(isToken ? 'credentials' : 'retire', `DigitalOcean refuses ${method} ${path} (${status})`, {
    lines: [answer.slice(0, 300)],
    hint: isToken
      ? 'check DIGITALOCEAN_ACCESS_TOKEN: it must be able to read and write'
      : 'run the same command again once this is settled: it takes up what is there',
  });
}
