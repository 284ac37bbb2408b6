import type { InstanceRecord } from '../ec2/state.ts';
import type { Engine } from '../engine.ts';
import { entriesOf } from './entries.ts';
import type { Entry } from './entry.ts';
import { maxTokenSeconds, type Tokens } from './tokens.ts';

/** A request to the metadata service, with header names in lower case. */
export interface ImdsRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
}

export interface ImdsAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string | Buffer;
}

/** What the metadata service says to this machine (docs: instancedata-data-retrieval.html, "Response codes"). */
export function answerImds(
  engine: Engine,
  tokens: Tokens,
  instanceId: string | undefined,
  request: ImdsRequest,
): ImdsAnswer {
  const { instances } = engine.state.ec2;
  const instance = instanceId !== undefined && Object.hasOwn(instances, instanceId) ? instances[instanceId] : undefined;
  if (!instance || instance.metadataOptions.httpEndpoint === 'disabled') return errorPage(403, 'Forbidden');
  const [path = '/'] = request.path.split('?');
  if (path === '/latest/api/token') return answerToken(engine, tokens, instance, request);
  if (request.method !== 'GET' && request.method !== 'HEAD') return errorPage(405, 'Method Not Allowed');
  if (!isAllowed(engine, tokens, instance, request)) return errorPage(401, 'Unauthorized');
  return answerPath(entriesOf(engine, instance), path);
}

/** A PUT that came through a proxy gets nothing: that is the point of version 2. */
function answerToken(engine: Engine, tokens: Tokens, instance: InstanceRecord, request: ImdsRequest): ImdsAnswer {
  if (request.method !== 'PUT') return errorPage(405, 'Method Not Allowed');
  if (request.headers['x-forwarded-for'] !== undefined) return errorPage(403, 'Forbidden');
  const ttl = request.headers['x-aws-ec2-metadata-token-ttl-seconds'];
  const seconds = Number(ttl);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > maxTokenSeconds) return errorPage(400, 'Bad Request');
  const body = tokens.issue(instance.id, seconds, engine.clock.now());
  return { status: 200, headers: { 'x-aws-ec2-metadata-token-ttl-seconds': String(seconds) }, body };
}

function isAllowed(engine: Engine, tokens: Tokens, instance: InstanceRecord, request: ImdsRequest): boolean {
  const token = request.headers['x-aws-ec2-metadata-token'];
  if (token === undefined) return instance.metadataOptions.httpTokens === 'optional';
  return tokens.isValid(String(token), instance.id, engine.clock.now());
}

/** `/latest/…` or `/2021-03-23/…`: a value, or the listing of what is below. */
function answerPath(entries: Record<string, Entry>, path: string): ImdsAnswer {
  if (path === '/') return { status: 200, body: 'latest' };
  const rest = /^\/(?:latest|1\.0|\d{4}-\d\d-\d\d)(?:\/(.*))?$/.exec(`${path}/`)?.[1];
  if (rest === undefined) return errorPage(404, 'Not Found');
  const wanted = decode(rest).replace(/\/+$/, '');
  const entry = Object.hasOwn(entries, wanted) ? entries[wanted] : undefined;
  const body = entry?.() ?? listBelow(entries, wanted);
  return body === '' && !entry ? errorPage(404, 'Not Found') : { status: 200, body };
}

/** One name a line; those with more below end in a slash. */
function listBelow(entries: Record<string, Entry>, directory: string): string {
  const prefix = directory === '' ? '' : `${directory}/`;
  const below = Object.keys(entries).filter((path) => path.startsWith(prefix));
  const names = below.map((path) => path.slice(prefix.length).replace(/\/.*$/, '/'));
  return [...new Set(names)].toSorted().join('\n');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const errorPage = (status: number, title: string): ImdsAnswer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body:
    '<?xml version="1.0" encoding="iso-8859-1"?>\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n' +
    ` <head>\n  <title>${status} - ${title}</title>\n </head>\n <body>\n  <h1>${status} - ${title}</h1>\n </body>\n</html>\n`,
});
