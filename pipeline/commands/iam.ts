import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DeployError } from '../core/errors.ts';
import {
  boundaryNameOf,
  fillEach,
  fillPolicy,
  joinPolicies,
  policySize,
  policyTargetsOf,
  type PolicyDocument,
  type PolicyTarget,
} from '../core/policy.ts';
import { policyTemplates, type PolicyName } from '../core/policy-names.ts';
import { readSettings } from '../core/read-target.ts';

/** IAM user guide, "IAM and AWS STS quotas": without white space; of a role's trust, a managed policy, a role's inline policies. */
const limits = { trust: 2048, managed: 6144, inline: 10_240 };

const limitOf = (name: PolicyName): number =>
  name === 'deployer' ? limits.inline : name.startsWith('github') ? limits.trust : limits.managed;

export interface IamOptions {
  /** Only this environment; all of them unless given. */
  environment?: string;
  account: string;
  /** `owner/name` on GitHub, for its trust policies. */
  repository?: string;
  /** Directory of the package's templates. */
  templates: string;
}

/**
 * A policy document, filled in for the app in `directory`. Throws `settings`, `usage` for an unknown environment or a missing
 * repository, and `settings` when it has become longer than IAM takes: then one for each environment is needed.
 */
export async function iamDocument(directory: string, name: PolicyName, options: IamOptions): Promise<PolicyDocument> {
  const targets = policyTargetsOf(await readSettings(directory), options.environment);
  const documents = await Promise.all(policyTemplates[name].map((template) => filled(template, targets, options)));
  const document = joinPolicies(documents);
  const [size, limit] = [policySize(document), limitOf(name)];
  if (size <= limit) return document;
  throw new DeployError(
    'settings',
    `the policy ${name} for ${targets.length} environments has ${size} characters; IAM takes ${limit}`,
    {
      hint: 'print one for each environment, with --environment',
    },
  );
}

async function filled(template: string, targets: PolicyTarget[], options: IamOptions): Promise<PolicyDocument> {
  const text = await readFile(path.join(options.templates, 'iam', `${template}.json`), 'utf8');
  return (template === 'instance' ? fillEach : fillPolicy)(text, targets, options);
}

/**
 * The commands with which somebody who may do everything sets the account up once: the boundary, the deployer's policies, and
 * the two roles of the jobs on GitHub. They print the documents themselves.
 */
export async function iamSetup(directory: string, { account, environment, repository }: IamOptions): Promise<string[]> {
  const { app } = await readSettings(directory);
  const stem = environment === undefined ? `redeploy-${app}` : `redeploy-${app}-${environment}`;
  const one = environment === undefined ? '' : ` --environment ${environment}`;
  const at = repository === undefined ? '' : ` --repo ${repository}`;
  const document = (name: PolicyName) => `"$(redeploy iam ${name}${one}${name.startsWith('github') ? at : ''})"`;
  const arn = (name: string) => `arn:aws:iam::${account}:policy/${stem}-${name}`;
  const create = (name: PolicyName) =>
    `aws iam create-policy --policy-name ${stem}-${name} --policy-document ${document(name)}`;
  const attach = (role: string, name: string) =>
    `aws iam attach-role-policy --role-name ${role} --policy-arn ${arn(name)}`;
  const parts = ['viewer', 'deployer-fleet', 'deployer-content'] as const;
  return [
    '# Once, by somebody who may do everything. Afterwards deployers need no more than this.',
    // Its name is the app's: every environment's roles are made within the same one.
    `aws iam create-policy --policy-name ${boundaryNameOf({ app })} --policy-document "$(redeploy iam boundary)"`,
    ...parts.map(create),
    '',
    '# A person who deploys: attach the three to the user, or to a group that the user is in.',
    ...parts.map((name) => `aws iam attach-user-policy --user-name NAME --policy-arn ${arn(name)}`),
    '',
    '# The release job on GitHub: one role to deploy with, one that only looks, for pull requests.',
    'aws iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com',
    `aws iam create-role --role-name ${stem}-github --assume-role-policy-document ${document('github')}`,
    ...parts.map((name) => attach(`${stem}-github`, name)),
    `aws iam create-role --role-name ${stem}-github-plan --assume-role-policy-document ${document('github-plan')}`,
    attach(`${stem}-github-plan`, 'viewer'),
  ];
}
