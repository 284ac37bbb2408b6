import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Aws } from '../../pipeline/core/context.ts';
import type { Models } from '../support/models.ts';

/** What the watch has seen so far. */
export interface Watch {
  /** `ec2:DescribeImages` of the last call. */
  last: string;
  /** All operations that were called. */
  operations: Set<string>;
  /** Requests that are not as botocore's models say, and answers if those are checked. Each once. */
  violations: Set<string>;
  /** While true, requests break their model on purpose and are not checked. */
  isMalformed: boolean;
}

interface Request {
  method: string;
  path: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: unknown;
}

interface Response {
  statusCode: number;
  body: unknown;
}

/** Holds every request of these clients against botocore's models, and every answer too if `answers` says so. */
export function watch(aws: Aws, models: Models, { answers }: { answers: boolean }): Watch {
  const seen: Watch = { last: '', operations: new Set(), violations: new Set(), isMalformed: false };
  for (const [name, client] of Object.entries(aws) as [keyof Aws, Aws['sts']][]) {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        seen.last = `${services[name]}:${(context.commandName ?? '').replace(/Command$/, '')}`;
        seen.operations.add(seen.last);
        return next(args);
      },
      { step: 'initialize', name: 'watchCall' },
    );
    client.middlewareStack.add(
      (next) => async (args) => {
        const exchange = exchangeOf(args.request as Request);
        if (!seen.isMalformed) for (const wrong of models.request(exchange)) seen.violations.add(wrong);
        const result = await next(args);
        const response = result.response as Response;
        response.body = await bytesOf(response.body);
        const answer = Buffer.from(response.body as Uint8Array).toString('utf8');
        if (answers)
          for (const wrong of models.answer({ ...exchange, status: response.statusCode, answer }))
            seen.violations.add(wrong);
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'watchWire' },
    );
  }
  return seen;
}

/** What the client packages are called, so that two services' DescribeImages are not one. */
export const services: Record<keyof Aws, string> = {
  acm: 'acm',
  ec2: 'ec2',
  autoScaling: 'auto-scaling',
  cloudWatch: 'cloudwatch',
  elbv2: 'elastic-load-balancing-v2',
  ecr: 'ecr',
  iam: 'iam',
  logs: 'cloudwatch-logs',
  route53: 'route-53',
  pricing: 'pricing',
  secretsManager: 'secrets-manager',
  serviceQuotas: 'service-quotas',
  sns: 'sns',
  ssm: 'ssm',
  sts: 'sts',
};

function exchangeOf(request: Request) {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { body: sent } = request;
  // Buffer.from(sent) would call a method of the SDK's own body, which warns.
  const raw =
    sent instanceof Uint8Array
      ? Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength)
      : Buffer.from(typeof sent === 'string' ? sent : '');
  const body = (headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
  const query = new URLSearchParams(request.query).toString();
  const path = query === '' ? request.path : `${request.path}?${query}`;
  return { method: request.method, path, headers, body, status: 0, answer: '' };
}

const bytesOf = async (body: unknown): Promise<Uint8Array> => {
  if (body instanceof Uint8Array) return body;
  return body ? new Uint8Array(await buffer(body as NodeJS.ReadableStream)) : new Uint8Array();
};
