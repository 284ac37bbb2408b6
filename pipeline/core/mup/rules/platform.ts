import { isRecord, strangeness, type Raw } from '../raw.ts';
import { dropped, needsYou, type Found, type Rule, type Verdict } from '../rule.ts';

const swarm = 'an Auto Scaling group takes its place';
const registry = 'images go to ECR in your account, with a fresh login each time';
const unused = 'mup itself never used it';

/** MongoDB, swarm, registry, plugins and hooks. */
export const platformRules: Rule[] = [
  ...needsYou(
    [
      'mongo',
      'object',
      'no database runs on the machines: move it to MongoDB Atlas or a server of yours (mongodump, mongorestore) and name it as MONGO_URL',
      { goesOn: true },
    ],
    ['plugins.[]', 'string', 'plugins of mup do not run here; see what it did for you'],
    ['hooks.*', 'any', 'no hooks: see below', { judge: judgeHook }],
  ),
  ...dropped(
    ['mongo.servers.*', 'any', 'the database moves elsewhere'],
    ['mongo.version', 'string', 'choose it where the database moves to; the oplog needs a replica set there, too'],
    ['mongo.dbName', 'string', 'goes into MONGO_URL'],
    ['mongo.dataPath', 'string', 'the database moves elsewhere'],
    ['mongo.oplog', 'boolean', unused],
    ['mongo.port', 'number', unused],
    ['swarm.enabled', 'boolean', swarm],
    ['swarm.labels.[].name', 'string', swarm],
    ['swarm.labels.[].value', 'string', swarm],
    ['swarm.labels.[].servers', 'list', swarm],
    ['privateDockerRegistry.host', 'string', registry],
    ['privateDockerRegistry.imagePrefix', 'string', registry],
    ['privateDockerRegistry.username', 'string', registry],
    ['privateDockerRegistry.password', 'string', registry, { isSecret: true }],
  ),
];

/** What a hook does is the user's; we say where it belongs now. */
function judgeHook({ value, names }: Found): Partial<Verdict> {
  const kinds = kindsOf(value);
  const where = /^pre\.(deploy|default\.deploy|meteor\.(build|deploy|push))$/.test(names[0] ?? '')
    ? 'before'
    : 'around';
  const advice: Record<string, string> = {
    localCommand: `run it ${where} \`redeploy deploy\`, in the same script or CI job`,
    remoteCommand:
      'there is no server to run it on: image.buildInstructions for what the app needs, the start of the app for the rest',
    function: `it got mup's own API: write it as a script and run it ${where} \`redeploy deploy\``,
  };
  const why = kinds.map(
    (kind) =>
      `${kind in advice && kind !== 'function' ? `${kind}: ` : ''}${advice[kind] ?? 'mup wants an object or a function here, and ran nothing'}`,
  );
  return { shown: kinds.join(', '), why: why.join('; ') };
}

function kindsOf(value: Raw): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap(kindsOf))];
  if (strangeness(value) === 'function') return ['function'];
  if (!isRecord(value)) return [typeof value];
  return Object.keys(value).map((key) => (key === 'method' ? 'function' : key));
}
