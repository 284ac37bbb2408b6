import type { IncomingMessage } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import { AwsError } from '../api/error.ts';
import { createPolicy } from '../api/iam/policies.ts';
import { createAccessKey, createUser } from '../api/iam/users.ts';
import type { Call } from '../api/service.ts';
import type { Engine } from '../engine/engine.ts';

/** What `POST /_sandbox/deployer` takes; documents as objects. */
interface Wanted {
  user: string;
  /** Name -> document: what the user may do. */
  policies: Record<string, object>;
  /** Name -> document: the boundary of roles. */
  boundary: Record<string, object>;
  /** Roles that the boundary belongs on, if they are there: somebody without boundaries may have made them. */
  roles: string[];
}

/** What it answers. */
interface Key {
  accessKeyId: string;
  secretAccessKey: string;
}

/**
 * Does in one go what whoever keeps an account does for somebody who deploys (docs/permissions.md): makes user, policies and
 * boundary, or changes them to these, and gives out a key. Returns what is wrong with the request, if anything.
 */
export async function setUpDeployer(engine: Engine, request: IncomingMessage): Promise<Key | string> {
  const wanted: unknown = await readJson(request).catch(() => undefined);
  if (!isWanted(wanted))
    return 'expected {"user": name, "policies": {name: document}, "boundary": {…}, "roles": [name]}';
  try {
    return await makeDeployer(engine, wanted);
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}

async function makeDeployer(engine: Engine, { user: name, policies, boundary, roles }: Wanted): Promise<Key> {
  const { account, iam } = engine.state;
  const principal = { kind: 'account' } as const;
  const call: Call = { engine, caller: { accessKeyId: '', arn: '', userId: '', principal }, requestId: '' };
  const put = async ([policy, document]: [string, object]): Promise<string> => {
    const arn = `arn:aws:iam::${account}:policy/${policy}`;
    // In IAM another text is another version of the policy; whoever has it attached notices as little of this.
    delete iam.policies[arn];
    await createPolicy({ PolicyName: policy, PolicyDocument: JSON.stringify(document) }, call);
    return arn;
  };
  const [limit] = await Promise.all(Object.entries(boundary).map(put));
  for (const role of roles) {
    const made = Object.hasOwn(iam.roles, role) ? iam.roles[role] : undefined;
    if (made && limit !== undefined) made.boundary ??= limit;
  }
  if (!Object.hasOwn(iam.users, name)) await createUser({ UserName: name }, call);
  const attachedPolicies = await Promise.all(Object.entries(policies).map(put));
  Object.assign(iam.users[name] ?? {}, { attachedPolicies });
  const key = findKey(engine, name) ?? (await makeKey(call, name));
  engine.save();
  return key;
}

function findKey({ state }: Engine, userName: string): Key | undefined {
  const keys = Object.entries(state.iam.accessKeys);
  const [accessKeyId, key] = keys.find(([, one]) => one.userName === userName && one.isActive) ?? [];
  return accessKeyId === undefined || key?.secret === undefined
    ? undefined
    : { accessKeyId, secretAccessKey: key.secret };
}

async function makeKey(call: Call, userName: string): Promise<Key> {
  await createAccessKey({ UserName: userName }, call);
  const key = findKey(call.engine, userName);
  if (!key) throw new Error(`${userName} has no access key`);
  return key;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function isWanted(value: unknown): value is Wanted {
  if (!isRecord(value)) return false;
  const { user, policies, boundary, roles } = value;
  const documents = [policies, boundary];
  return (
    typeof user === 'string' &&
    documents.every((one) => isRecord(one) && Object.values(one).every(isRecord)) &&
    Array.isArray(roles) &&
    roles.every((role) => typeof role === 'string')
  );
}
