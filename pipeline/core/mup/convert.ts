import { DeployError } from '../errors.ts';
import { mistakesInVariable } from '../payload/variable.ts';
import { writeEnv } from './dotenv.ts';
import { safeName } from './names.ts';
import { at, isRecord, textAt, type Raw, type RawRecord } from './raw.ts';
import { forgotten, walk, type Finding, type Row } from './walk.ts';

/** What mup.js becomes. Decided without looking at any file but mup.js. */
export interface Conversion {
  /** As AWS takes it; undefined when mup.js has no name that can be used. */
  app: string | undefined;
  /** The app's directory as it is written, relative to mup.js. */
  appPath: string | undefined;
  /** Blocks of the environment in redeploy.json. */
  blocks: Record<string, Record<string, unknown>>;
  /** Text of the .env file: secrets. */
  env: string;
  /** More files by the end of their names, as in `mobile.json`; `env.json` holds secrets. */
  files: Record<string, string>;
  rows: Row[];
}

const envHead = `# Environment variables of the app, as mup had them in app.env; one NAME=value a line. Not for git.
`;

/** Maps the raw export of mup.js. `missing` are variables that it looked for in vain. Throws `usage` for mup 0.x and for no object. */
export function convert(exported: Raw, environment: string, missing: readonly string[] = []): Conversion {
  const { config, appKey, shadowed } = normalized(exported);
  const type = textAt(config, 'app', 'type') ?? 'meteor';
  const findings = walk(config, {
    environment,
    appKey,
    hasPlugins: at(config, 'plugins') !== undefined,
    hasOtherType: type !== 'meteor',
  });
  const variables = merged(findings, 'env') as Record<string, string>;
  const env = writeEnv(Object.entries(variables), envHead + commentOf(config));
  const { kept, rows } = leftOver(findings, variables, env.left);
  return {
    app: safeName(textAt(config, 'app', 'name') ?? '') || undefined,
    appPath: textAt(config, 'app', 'path'),
    blocks: blocksOf(findings),
    env: env.text,
    files: { ...(merged(findings, 'files') as Record<string, string>), ...(kept && { 'env.json': kept }) },
    rows: [...rows, ...shadowed, ...absent(config), ...unset(findings, missing)],
  };
}

/** `meteor` is the old name of `app`, which mup reads only where `app` is no object. */
function normalized(exported: Raw): { config: RawRecord; appKey: string; shadowed: Row[] } {
  if (!isRecord(exported))
    throw new DeployError('usage', 'mup.js exports no object', { hint: 'it ends with module.exports = {…}' });
  const isOld = 'setupMongo' in exported || 'appName' in exported || Array.isArray(exported['servers']);
  if (isOld || typeof exported['app'] === 'string') {
    throw new DeployError('usage', 'this is a configuration of mup 0.x', {
      hint: 'mup 1.0 and newer do not read it either; `mup init` shows the form of today',
    });
  }
  const { meteor, ...rest } = exported;
  if (meteor === undefined) return { config: exported, appKey: 'app', shadowed: [] };
  if (!isRecord(rest['app'])) return { config: { ...rest, app: meteor }, appKey: 'meteor', shadowed: [] };
  const why = 'the old name of app, which is there, too: mup reads app alone';
  return { config: rest, appKey: 'app', shadowed: [row('meteor', 'dropped', why)] };
}

function blocksOf(findings: readonly Finding[]): Conversion['blocks'] {
  const blocks: Conversion['blocks'] = {};
  const place = (key: string, value: (before: unknown) => unknown): void => {
    const [block = '', name = ''] = key.split('.');
    blocks[block] = { ...blocks[block], [name]: value(blocks[block]?.[name]) };
  };
  for (const { verdict } of findings) {
    for (const [key, value] of Object.entries(verdict.set ?? {})) place(key, () => value);
    for (const [key, value] of Object.entries(verdict.add ?? {})) {
      place(key, (before) => [...(Array.isArray(before) ? (before as unknown[]) : []), value]);
    }
  }
  const { build } = blocks;
  // Whoever configures mobile clients builds them: mup leaves them out only when told so, redeploy unless told otherwise.
  if (build && build['serverOnly'] === undefined && (build['mobileSettings'] || build['server']))
    build['serverOnly'] = false;
  return blocks;
}

/** What no .env file can hold goes into the JSON file beside it; what no variable can carry is the user's. */
function leftOver(findings: readonly Finding[], variables: Record<string, string>, left: readonly string[]) {
  const possible = left.filter((name) => mistakesInVariable(name, variables[name]).length === 0);
  const rows = findings.map(({ row, verdict }) => {
    const lost = Object.keys(verdict.env ?? {}).find((name) => left.includes(name));
    if (lost === undefined) return row;
    if (possible.includes(lost)) return { ...row, why: 'the .env.json file: no .env file can hold it' };
    return { ...row, outcome: 'needs you' as const, why: `no variable can carry it; give ${lost} another form` };
  });
  const record = Object.fromEntries(possible.map((name) => [name, variables[name]]));
  return { rows, kept: possible.length === 0 ? undefined : `${JSON.stringify(record, undefined, 2)}\n` };
}

/** Later ones win; docker.args are the last, for `docker run` lets them win over its env file. */
const merged = (findings: readonly Finding[], key: 'env' | 'files'): Record<string, unknown> =>
  Object.fromEntries(
    findings
      .toSorted((one, other) => rank(one) - rank(other))
      .flatMap(({ verdict }) => Object.entries(verdict[key] ?? {})),
  );

const rank = ({ row }: Finding): number => (row.rule === 'app.docker.args' ? 1 : 0);

/** mup ran the database and set MONGO_URL by itself: the file says what is to be filled in. */
function commentOf(config: Raw): string {
  if (at(config, 'mongo') === undefined || at(config, 'app', 'env', 'MONGO_URL') !== undefined) return '';
  const name = textAt(config, 'mongo', 'dbName') ?? (textAt(config, 'app', 'name') ?? 'app').replaceAll('.', '');
  return `# mup ran MongoDB beside the app; name the database that takes its place:\n# MONGO_URL=mongodb+srv://user:password@cluster.example.net/${name.replace(/\s/g, '')}\n`;
}

function absent(config: Raw): Row[] {
  const rows: Row[] = [];
  if (at(config, 'app') === undefined) rows.push(row('app', 'needs you', 'mup.js has none: see app and the .env file'));
  else if (at(config, 'app', 'env', 'ROOT_URL') === undefined) {
    rows.push(
      row(
        'app.env.ROOT_URL',
        'needs you',
        'mup.js has none: until it is set in the .env file, the app has the address of the load balancer',
      ),
    );
  }
  if (at(config, 'mongo') !== undefined && at(config, 'app', 'env', 'MONGO_URL') === undefined) {
    rows.push(row('app.env.MONGO_URL', 'needs you', 'mup set it to its own database: set it in the .env file'));
  }
  return rows;
}

/** Only if something is undefined: a configuration may well ask for variables that it does not need. */
function unset(findings: readonly Finding[], missing: readonly string[]): Row[] {
  const isIncomplete = findings.some(({ row }) => row.why === forgotten);
  if (!isIncomplete || missing.length === 0) return [];
  return [row('process.env', 'needs you', `not set when mup.js was evaluated: ${missing.join(', ')}`)];
}

const row = (key: string, outcome: Row['outcome'], why: string): Row => ({
  key,
  rule: undefined,
  value: '',
  outcome,
  why,
  isKnown: true,
});
