import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { writeEnv } from '../../pipeline/core/mup/dotenv.ts';

/** What a user wants the app to get. */
export interface Pair {
  settings: Record<string, unknown>;
  env: Record<string, string>;
}

const nasty = fc.constantFrom(
  ...`'"\`#$=\\ \n\r\tü漢😀{}<%>&;:|*?!~^()[]a1`.split(/(?:)/u),
  '\\n',
  '\\"',
  '${HOME}',
  '$(id)',
  '<%= 1+1 %>',
  '$$',
  '\u2028',
  '\ufeff',
  '\u00a0',
  '\u0007',
  '-----BEGIN KEY-----\n',
);
const anything = fc.oneof(
  { weight: 80, arbitrary: fc.string({ unit: nasty, maxLength: 30 }) },
  { weight: 40, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll('\0', '')) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', 'x'.repeat(50_000), '-----BEGIN-----\n'.repeat(2000)) },
);
const name = fc.stringMatching(/^V_[A-Z0-9_a-z]{1,8}$/);
const json = fc.oneof(fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }), anything);

/** Any variables, any settings. */
export const pairs: fc.Arbitrary<Pair> = fc.record({
  settings: fc.dictionary(fc.oneof(fc.string({ unit: nasty, maxLength: 8 }), fc.constant('public')), json, {
    maxKeys: 4,
  }),
  env: fc.dictionary(name, anything, { maxKeys: 6 }),
});

/** Many pairs as one, each with names and a place of its own: to fetch a secret takes a machine a second. */
export const joined = (all: readonly Pair[]): Pair => ({
  settings: Object.fromEntries(all.map(({ settings }, index) => [`settings ${index}`, settings])),
  env: Object.fromEntries(
    all.flatMap(({ env }, index) => Object.entries(env).map(([key, value]) => [`P${index}_${key}`, value])),
  ),
});

/** Pairs in groups that a secret holds, in their order. */
export function packed(all: readonly Pair[], group: { atMost: number; roomBytes: number }): Pair[][] {
  const groups: Pair[][] = [];
  for (const pair of all) {
    const last = groups.at(-1);
    const fits = last && last.length < group.atMost && sizeOf(joined([...last, pair])) < group.roomBytes;
    if (fits) last.push(pair);
    else groups.push([pair]);
  }
  return groups;
}

/** Rough size as it is stored: a pair that is too large is refused, and says nothing about what arrives. */
export const sizeOf = (pair: Pair): number => JSON.stringify(pair).replace(/[\u007f-\uffff]/g, '\\uXXXX').length;

/** The files of production as a user would write them: .env as far as dotenv goes, the rest in .env.json. */
export async function writePair(directory: string, { settings, env }: Pair, indent = 0): Promise<void> {
  const { text, left } = writeEnv(Object.entries(env));
  const place = path.join(directory, 'settings');
  await mkdir(place, { recursive: true });
  await writeFile(path.join(place, 'production.json'), JSON.stringify(settings, undefined, indent));
  await writeFile(path.join(place, 'production.env'), text);
  const rest = path.join(place, 'production.env.json');
  if (left.length === 0) await rm(rest, { force: true });
  else await writeFile(rest, JSON.stringify(Object.fromEntries(left.map((key) => [key, env[key]]))));
}

/** What has to be in process.env then: METEOR_SETTINGS as compact JSON of the same meaning. */
export const expected = ({ settings, env }: Pair): Record<string, string> => ({
  ...env,
  METEOR_SETTINGS: JSON.stringify(JSON.parse(JSON.stringify(settings))),
});
