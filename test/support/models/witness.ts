import { gunzipSync } from 'node:zlib';
import type { SandboxExchange } from '../../../sandbox/api/dispatch/exchanges.ts';
import { openModels, signingNameOf, type Models } from '../models.ts';
import type { Exchange } from './check.ts';

/** Holds what a sandbox hears and answers against the service models. */
export interface Witness {
  hear(exchange: SandboxExchange): void;
  /** What was wrong since the last time; each once. */
  take(): string[];
  /** Makes calls that break their model on purpose: their requests are not held against it. */
  onPurpose<T>(send: () => Promise<T>): Promise<T>;
}

export function openWitness(modelsDirectory: string): Witness {
  const check = remembering(openModels(modelsDirectory));
  const violations = new Set<string>();
  let exempt = 0;
  return {
    hear: (told) => {
      const exchange = exchangeOf(told);
      if (signingNameOf(exchange.headers) === undefined) return;
      const { request, answer } = check(exchange);
      for (const wrong of [...(exempt > 0 ? [] : request), ...answer]) violations.add(wrong);
    },
    take: () => {
      const taken = [...violations];
      violations.clear();
      return taken;
    },
    onPurpose: async (send) => {
      exempt += 1;
      try {
        return await send();
      } finally {
        exempt -= 1;
      }
    },
  };
}

interface Judgement {
  request: string[];
  answer: string[];
}

/** A process that runs many tests must not keep all that they ever said. */
const mostRemembered = 2000;

/** Whoever polls hears the same many times: the last answer to a request is not held against the model again. */
function remembering(models: Models): (exchange: Exchange) => Judgement {
  const last = new Map<string, Judgement & { heard: string }>();
  return (exchange) => {
    const { method, path, headers, body, status } = exchange;
    const key = [method, path, signingNameOf(headers), headers['x-amz-target'], body].join(' ');
    const heard = `${status} ${exchange.answer.replace(requestId, '')}`;
    const known = last.get(key);
    if (known?.heard === heard) return known;
    const request = known?.request ?? models.request(exchange);
    const judgement = { heard, request, answer: status === 0 ? [] : models.answer(exchange) };
    if (last.size >= mostRemembered) last.clear();
    last.set(key, judgement);
    return judgement;
  };
}

const requestId = /<[rR]equestId>[^<]*/;
const utf8 = new TextDecoder();

/** Status 0: the connection broke. */
function exchangeOf({ request, answer }: SandboxExchange): Exchange {
  const { headers } = request;
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(request.body) : request.body;
  return {
    method: request.method,
    path: request.path,
    headers,
    body: utf8.decode(body),
    status: answer?.status ?? 0,
    answer: utf8.decode(answer?.body),
  };
}
