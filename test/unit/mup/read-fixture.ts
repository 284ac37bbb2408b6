import path from 'node:path';
import { convert, type Conversion } from '../../../pipeline/core/mup/convert.ts';
import { evaluateMup } from '../../../pipeline/edge/mup.ts';

export const fixtures = path.resolve(import.meta.dirname, '../../fixtures/mup');

/** The mup.js files, each another corner of what people have. */
export const fixtureNames = [
  'plain',
  'legacy',
  'swarm',
  'proxy',
  'registry',
  'fleet',
  'hooks',
  'plugins',
  'mongo',
  'async',
  'invalid',
] as const;

export const fileOf = (name: string): string => path.join(fixtures, name, '.deploy/mup.js');

/** Really evaluated, in an environment that knows one variable. */
export async function readFixture(name: string): Promise<Conversion> {
  const env = { APP_HOST: '192.0.2.1' };
  const { config, missing } = await evaluateMup(fileOf(name), { env, signal: new AbortController().signal });
  return convert(config, 'production', missing);
}
