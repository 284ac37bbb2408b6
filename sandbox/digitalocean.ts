import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Engine } from './engine/engine.ts';
import { notFound, routes, type Answer, type Body } from './digitalocean/routes.ts';
import { openSockets } from './server/sockets.ts';

/** "You can make 5,000 requests per hour" and 250 a minute (API reference, "Rate limit"). */
const hourlyLimit = 5000;
const hourMs = 3_600_000;

export interface DigitalOcean {
  /** `http://127.0.0.1:PORT`, in the place of https://api.digitalocean.com. */
  endpoint: string;
  close(): Promise<void>;
}

/** DigitalOcean's API, version 2, over the sandbox's machines; every request must bear `token`. */
export async function startDigitalOcean(
  engine: Engine,
  { token, port = 0 }: { token: string; port?: number },
): Promise<DigitalOcean> {
  let asked = 0;
  let windowEndsMs = 0;
  const count = () => {
    const now = engine.clock.now();
    if (now >= windowEndsMs) [asked, windowEndsMs] = [0, now + hourMs];
    asked += 1;
    const left = Math.max(0, hourlyLimit - asked);
    const reset = String(Math.ceil(windowEndsMs / 1000));
    return { 'ratelimit-limit': String(hourlyLimit), 'ratelimit-remaining': String(left), 'ratelimit-reset': reset };
  };
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    if (request.headers.authorization !== `Bearer ${token}`) {
      return { refusal: { status: 401, id: 'Unauthorized', message: 'Unable to authenticate you' } };
    }
    if (asked > hourlyLimit) {
      return { refusal: { status: 429, id: 'too_many_requests', message: 'API Rate limit exceeded.' } };
    }
    return await handle(engine, request);
  };
  const sockets = openSockets((request, response) => {
    const limits = count();
    answer(request).then(
      (given) => send(request, response, given, limits),
      (error: unknown) => {
        engine.log(`digitalocean: ${String(error)}`);
        const refusal = { status: 500, id: 'server_error', message: 'Unexpected server-side error' };
        send(request, response, { refusal }, limits);
      },
    );
  });
  const bound = await sockets.listen('127.0.0.1', port);
  return { endpoint: `http://127.0.0.1:${bound}`, close: () => sockets.close() };
}

async function handle(engine: Engine, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://digitalocean');
  const [version, ...path] = url.pathname.split('/').filter(Boolean);
  if (version !== 'v2') return notFound;
  for (const [route, act] of Object.entries(routes)) {
    const parts = partsOf(route, `${request.method} ${path.join('/')}`);
    if (!parts) continue;
    const body = readBody(await text(request));
    if (!body) return { refusal: { status: 400, id: 'bad_request', message: 'Unable to parse the request body.' } };
    const answer = await act(engine, parts, body, url.searchParams);
    engine.save();
    return answer;
  }
  return notFound;
}

function partsOf(route: string, asked: string): string[] | undefined {
  const [wanted, given] = [route.split('/'), asked.split('/')];
  const fits = wanted.length === given.length && wanted.every((part, at) => part === '*' || part === given[at]);
  return fits ? given.filter((_, at) => wanted[at] === '*') : undefined;
}

function readBody(json: string): Body | undefined {
  try {
    return JSON.parse(json === '' ? '{}' : json) as Body;
  } catch {
    return undefined;
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  headers: Record<string, string>,
): void {
  const write = (status: number, body?: object) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(body && JSON.stringify(body));
  };
  if ('refusal' in answer) {
    const { status, id, message } = answer.refusal;
    write(status, { id, message });
  } else if ('list' in answer) write(200, paged(request, answer));
  else write(answer.status, answer.body);
}

/** Pages of 20, at most 200, with links to the others ("Links & Pagination"). */
function paged(request: IncomingMessage, { list, key }: { list: unknown[]; key: string }): object {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'digitalocean'}`);
  const size = Math.min(200, Math.max(1, Number(url.searchParams.get('per_page') ?? 20)));
  const page = Math.max(1, Number(url.searchParams.get('page') ?? 1));
  const last = Math.max(1, Math.ceil(list.length / size));
  const link = (to: number) => {
    url.searchParams.set('page', String(to));
    return url.toString();
  };
  const back = page > 1 ? { first: link(1), prev: link(page - 1) } : {};
  const on = page < last ? { next: link(page + 1), last: link(last) } : {};
  const links = last > 1 ? { pages: { ...back, ...on } } : {};
  return { [key]: list.slice((page - 1) * size, page * size), links, meta: { total: list.length } };
}
