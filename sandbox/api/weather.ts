import type { Engine } from '../engine/engine.ts';
import type { Weather, WeatherKind } from '../engine/weather.ts';
import type { Before, Fault, PendingCall } from './dispatch.ts';
import { AwsError } from './error.ts';
import { openLag } from './weather/lag.ts';

/** Signing names of the services whose wire protocol is JSON; the names of their common errors differ. */
const jsonServices = new Set(['acm', 'ecr', 'logs', 'monitoring', 'secretsmanager', 'ssm']);

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and each service's "Common errors" page. */
const codes = {
  throttling: { ec2: 'RequestLimitExceeded', json: 'ThrottlingException', query: 'Throttling' },
  unavailable: { ec2: 'Unavailable', json: 'ServiceUnavailable', query: 'ServiceUnavailable' },
  'expired-credentials': { ec2: 'RequestExpired', json: 'ExpiredTokenException', query: 'ExpiredToken' },
} as const;

const messages = {
  throttling: 'Rate exceeded',
  unavailable: 'The service is unavailable. Please try again later.',
  'expired-credentials': 'The security token included in the request is expired',
} as const;

type Refusal = keyof typeof codes;

/** What the weather over the sandbox does to each call, in front of the hook that a test brought along. */
export function weathered(engine: Engine, hook: Before | undefined): Before {
  const lag = openLag(engine);
  return async (call) => {
    const { sky } = engine;
    if (sky.rules.length === 0) return await hook?.(call);
    const hits = (kind: WeatherKind) => sky.hit(kind, (rule) => isAbout(rule, call));
    for (const kind of Object.keys(codes) as Refusal[]) {
      const rule = hits(kind);
      if (rule) throw refusal(kind, call.service, rule);
    }
    if (hits('reset')) return 'reset';
    return (await hook?.(call)) ?? loss(hits) ?? lag(call);
  };
}

const loss = (hits: (kind: WeatherKind) => Weather | undefined): Fault | undefined =>
  hits('lost-answer') ? 'lose-answer' : undefined;

function isAbout({ calls = '*' }: Weather, { service, operation }: PendingCall): boolean {
  return calls === '*' || calls === `${service}:*` || calls === `${service}:${operation}`;
}

function refusal(kind: Refusal, service: string, rule: Weather): AwsError {
  const family = service === 'ec2' ? 'ec2' : jsonServices.has(service) ? 'json' : 'query';
  const { retryAfterSeconds } = rule;
  return new AwsError(codes[kind][family], messages[kind], {
    status: kind === 'unavailable' || (kind === 'throttling' && family === 'ec2') ? 503 : 400,
    ...(retryAfterSeconds !== undefined && { headers: { 'retry-after': String(retryAfterSeconds) } }),
  });
}
