import type { IncomingMessage } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import { weatherKinds, type Sky, type Weather } from '../engine/weather.ts';

const texts = ['calls', 'zone', 'instanceType', 'tag'] as const;
const numbers = ['every', 'times', 'retryAfterSeconds', 'seconds'] as const;

/**
 * `POST /_sandbox/weather` with a list of rules makes that the weather, an empty list makes it fine again. Returns what is
 * wrong with the list, if anything.
 */
export async function changeWeather(sky: Sky, request: IncomingMessage): Promise<string | undefined> {
  const rules: unknown = await readJson(request).catch(() => undefined);
  if (!Array.isArray(rules)) return 'expected a JSON list of rules, such as [{"kind": "throttling", "every": 3}]';
  const mistakes = rules.flatMap((rule: unknown) => mistakesIn(rule));
  if (mistakes.length > 0) return mistakes.join('; ');
  sky.set(rules as Weather[]);
  return undefined;
}

function mistakesIn(rule: unknown): string[] {
  if (typeof rule !== 'object' || rule === null) return ['a rule is an object'];
  return Object.entries(rule).flatMap(([key, value]) => {
    if (key === 'kind')
      return isKind(value) ? [] : [`kind ${JSON.stringify(value)} is none of ${weatherKinds.join(', ')}`];
    if (texts.some((name) => name === key)) return typeof value === 'string' ? [] : [`${key} is a text`];
    if (!numbers.some((name) => name === key)) return [`there is no ${key}`];
    return typeof value === 'number' && value > 0 ? [] : [`${key} is a number above 0`];
  });
}

const isKind = (value: unknown): boolean => weatherKinds.some((kind) => kind === value);
