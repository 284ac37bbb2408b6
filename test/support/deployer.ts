import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  boundaryNameOf,
  fillEach,
  fillPolicy,
  joinPolicies,
  policyTargetsOf,
  type PolicyDocument,
  type PolicyTarget,
} from '../../pipeline/core/policy.ts';
import { readSettings } from '../../pipeline/core/read-target.ts';
import type { IamIdentity, IamPolicy } from '../../sandbox/engine/iam/state.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** Somebody in the account who may do what the deployer policies say, and nothing else. */
export interface Deployer {
  accessKeyId: string;
}

const name = 'deployer';
const templates = path.resolve(import.meta.dirname, '../../templates/iam');

/** The parts of the deployer's policy, as `redeploy iam deployer` prints them. */
export const deployerParts = ['viewer', 'deployer-fleet', 'deployer-content'] as const;

/** A template of templates/iam. */
export const readTemplate = (name: string): Promise<string> => readFile(path.join(templates, `${name}.json`), 'utf8');

/** The same filled in. */
export const readPolicy = async (part: string, targets: PolicyTarget[], account = '123456789012') =>
  fillPolicy(await readTemplate(part), targets, { account });

/** All environments of the redeploy.json in `directory`; only their names when there are mistakes in it. */
export async function deployerTargets(directory: string): Promise<PolicyTarget[]> {
  try {
    return policyTargetsOf(await readSettings(directory));
  } catch {
    type Written = { app: string; region: string; environments: object };
    const file = await readFile(path.join(directory, 'redeploy.json'), 'utf8');
    const { app, region, environments } = JSON.parse(file) as Written;
    return Object.keys(environments).map((environment) => ({ app, environment, region }));
  }
}

/**
 * Puts boundary, policies and the user into the account as whoever keeps it would. Written into the state: not a call of the
 * story's, which weather and saboteurs look at.
 */
export async function makeDeployer(
  sandbox: Sandbox,
  targets: PolicyTarget[],
  parts: readonly string[] = deployerParts,
): Promise<Deployer> {
  const [first] = targets;
  if (first) putPolicy(sandbox, boundaryNameOf(first), await readBoundary(targets));
  for (const part of parts) putPolicy(sandbox, part, await readPolicy(part, targets));
  const user: IamIdentity = {
    ...entity(sandbox, 'user', name),
    inlinePolicies: {},
    attachedPolicies: parts.map((part) => arnOf(sandbox, 'policy', part)),
  };
  sandbox.engine.state.iam.users[name] = user;
  const accessKeyId = 'AKIADEPLOYER00000000';
  giveKey(sandbox, accessKeyId);
  return { accessKeyId };
}

/** Brings the policies that the deployer has up to date with redeploy.json, as docs/permissions.md asks for after changes of it. */
export async function reprintPolicies(sandbox: Sandbox, targets: PolicyTarget[]): Promise<void> {
  // Of a redeploy.json that names no environment nothing can be printed.
  if (targets.length === 0) return;
  const attached = sandbox.engine.state.iam.users[name]?.attachedPolicies ?? [];
  const parts = attached.map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
  for (const part of parts) putPolicy(sandbox, part, await readPolicy(part, targets));
}

/** What the machines' roles may at most: what templates/iam gives them. */
export async function readBoundary(targets: PolicyTarget[], account = '123456789012'): Promise<PolicyDocument> {
  const instance = fillEach(await readTemplate('instance'), targets, { account });
  return joinPolicies([await readPolicy('builder', targets, account), instance]);
}

/** One more access key of the deployer's. */
export function giveKey({ engine }: Sandbox, accessKeyId: string): void {
  engine.state.iam.accessKeys[accessKeyId] = { userName: name, secret: 'sandbox', isActive: true, createdAt: 0 };
}

/** Makes a managed policy, or changes what it says. */
export function putPolicy(sandbox: Sandbox, policyName: string, document: object): void {
  const policy: IamPolicy = { ...entity(sandbox, 'policy', policyName), document: JSON.stringify(document) };
  sandbox.engine.state.iam.policies[policy.arn] = policy;
}

const arnOf = ({ engine }: Sandbox, type: string, of: string) => `arn:aws:iam::${engine.state.account}:${type}/${of}`;

const entity = (sandbox: Sandbox, type: 'user' | 'policy', of: string) => ({
  name: of,
  arn: arnOf(sandbox, type, of),
  id: of,
  path: '/',
  createdAt: 0,
  tags: {},
});
