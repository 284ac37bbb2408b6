import type { Sandbox } from '../../sandbox/sandbox.ts';

/** Members that differ from run to run and mean nothing: moments, places, numbers handed out, history. */
const unimportant = new Set([
  'serial',
  'tokens',
  'activities',
  'retryLaunchAt',
  'lastHost',
  'privateIp',
  'publicIp',
  'zone',
  'subnetId',
  'reservationId',
  'launchIndex',
  'progressAt',
  'streams',
  'sessions',
  'passwords',
  'accessKeys',
  // Keys of certificates, and of who signs them.
  'pair',
  'authority',
  'nameServers',
  'UserData',
  'userData',
  'registered',
  'activityId',
  'refreshId',
  'transitionReason',
  'stateReason',
  'address',
  'clientToken',
  'lastAccessedAt',
  'passed',
  'failed',
]);

/** Ids, hashes that contain ids, and moments, each as a word that says what it is. */
const replacements: [RegExp, string][] = [
  [/\b(i|ami|snap|vol|sg|sgr|lt|eni|r|e|subnet)-0[0-9a-f]{16}\b/g, '<$1>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/\b[0-9a-f]{16,64}\b/g, '<hash>'],
  [/\bA(IPA|ROA|GPA|IDA)[A-Z0-9]{17}\b/g, '<A$1>'],
  [/(secret:[\w/]+)-\w{6}\b/g, '$1-<end>'],
  [/\bk-[0-9a-f]+\b/g, '<bake key>'],
  [/\bZ[0-9A-Z]{13}\b/g, '<zone>'],
  [/\b127(\.\d+){3}\b/g, '<address>'],
  [/\b\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<moment>'],
];

const textOf = (text: string): string => replacements.reduce((result, [from, to]) => result.replace(from, to), text);

function linesOf(path: string, value: unknown): string[] {
  if (typeof value === 'number' && value > 1e12) return [`${path} = <moment>`];
  if (typeof value !== 'object' || value === null) {
    return [`${path} = ${typeof value === 'string' ? textOf(value) : JSON.stringify(value)}`];
  }
  const entries = Object.entries(value).filter(([key, member]) => member !== undefined && !unimportant.has(key));
  if (entries.length === 0) return [];
  // Maps by id and lists alike: what is in them counts, not in which order it was made.
  const parts = entries.map(([key, member]) => {
    const name = Array.isArray(value) ? '' : textOf(key);
    return linesOf(`${path}/${name}`, member).toSorted().join('\n');
  });
  return parts.toSorted();
}

/**
 * Everything that there is in a sandbox, one line a fact, comparable with another sandbox: ids, hashes and moments are
 * replaced by words, what AWS forgets by itself (terminated machines, deregistered images, past rolls) is left out.
 */
export function worldText({ engine }: Pick<Sandbox, 'engine'>): string {
  const state = structuredClone(engine.state);
  const { instances, images } = state.ec2;
  for (const one of Object.values(instances)) if (one.state === 'terminated') delete instances[one.id];
  for (const one of Object.values(images)) if (one.state === 'deregistered') delete images[one.id];
  // What was measured on the way is history, too.
  Object.assign(state.cloudwatch, { series: {}, usage: {} });
  // And so are the scripts that were sent.
  state.ssm.commands = {};
  state.route53.changes = {};
  for (const group of Object.values(state.autoscaling.groups)) {
    group.refreshes = group.refreshes.filter(({ endedAt }) => endedAt === undefined);
  }
  return linesOf('', state).join('\n');
}

/** The lines in which two worlds differ, `-` for what is missing and `+` for what is too much. */
export function worldDifference(expected: string, actual: string): string[] {
  const count = (text: string) => {
    const counts = new Map<string, number>();
    for (const line of text.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
    return counts;
  };
  const [before, after] = [count(expected), count(actual)];
  const missing = [...before].flatMap(([line, n]) => ((after.get(line) ?? 0) < n ? [`- ${line}`] : []));
  const extra = [...after].flatMap(([line, n]) => ((before.get(line) ?? 0) < n ? [`+ ${line}`] : []));
  return [...missing, ...extra];
}
