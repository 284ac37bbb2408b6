import { namesOf } from './names.ts';
import type { Settings } from './settings.ts';
import { chooseEnvironment, type Target } from './target.ts';
import { fill } from './template.ts';

/** What templates/iam names of an environment. */
export type PolicyTarget = Pick<Target, 'app' | 'environment' | 'region'> & { bake?: { baseAmi?: string | undefined } };

/** The account that a policy is for, and the repository whose jobs a trust policy lets in (`owner/name`). */
export interface PolicyPlace {
  account: string;
  repository?: string | undefined;
}

/** The environments of an app, or one of them. Throws `usage` for one that there is not. */
export function policyTargetsOf(settings: Settings, environment?: string): PolicyTarget[] {
  const names =
    environment === undefined ? Object.keys(settings.environments) : [chooseEnvironment(settings, environment)];
  return names.map((name) => {
    const own = settings.environments[name];
    const baseAmi = own?.bake?.baseAmi ?? settings.bake?.baseAmi;
    return { app: settings.app, environment: name, region: own?.region ?? settings.region, bake: { baseAmi } };
  });
}

/** The managed policy that no role of the app's machines can go beyond. A role is made with it when the account has it. */
export const boundaryNameOf = ({ app }: Pick<Target, 'app'>): string => `redeploy-${app}-boundary`;

/** Values for a template; one that an environment lacks drops the list entries that name it. */
function valuesOf(target: PolicyTarget, { account, repository }: PolicyPlace): Record<string, string | undefined> {
  const names = namesOf(target);
  return {
    APP: target.app,
    ENVIRONMENT: target.environment,
    REGION: target.region,
    ACCOUNT: account,
    STEM: names.stem,
    SECRET: names.secret,
    LOG_GROUP: names.logGroup,
    REPOSITORY: names.repository,
    APP_ROLE: names.appRole,
    BUILDER_ROLE: names.builderRole,
    BOUNDARY: boundaryNameOf(target),
    GITHUB_REPOSITORY: repository,
    BASE_AMI_PARAMETER: baseAmiParameter(target, account),
  };
}

/** AWS's own parameters are in no account (systems-manager/latest/userguide/parameter-store-public-parameters.html). */
function baseAmiParameter({ bake, region }: PolicyTarget, account: string): string | undefined {
  const name = bake?.baseAmi;
  if (name === undefined || name.startsWith('ami-')) return undefined;
  const owner = name.startsWith('/aws/service/') ? '' : account;
  return `arn:aws:ssm:${region}:${owner}:parameter/${name.replace(/^\//, '')}`;
}

/** A policy document: plain JSON. */
export interface PolicyDocument {
  Version: string;
  Statement: PolicyStatement[];
}

export interface PolicyStatement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  [member: string]: unknown;
}

/**
 * A policy template filled in for one or more environments of an app: an entry of a list that names what differs between them
 * is there once for each. Throws (a bug of ours) when something that differs is not in a list.
 */
export function fillPolicy(template: string, targets: PolicyTarget[], place: PolicyPlace): PolicyDocument {
  const values = targets.map((target) => valuesOf(target, place));
  return expand(JSON.parse(template) as unknown, values) as PolicyDocument;
}

function expand(value: unknown, values: Record<string, string | undefined>[]): unknown {
  if (typeof value === 'string') return single(value, values);
  if (Array.isArray(value))
    return value.flatMap((one) => (typeof one === 'string' ? each(one, values) : [expand(one, values)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expand(member, values)]));
}

function single(text: string, values: Record<string, string | undefined>[]): string {
  const [only, ...others] = each(text, values);
  if (only === undefined || others.length > 0) throw new Error(`policy template: "${text}" must be in a list`);
  return only;
}

function each(text: string, values: Record<string, string | undefined>[]): string[] {
  const lacks = (of: Record<string, string | undefined>) =>
    Object.keys(of).some((name) => of[name] === undefined && text.includes(`{{${name}}}`));
  const filled = values.filter((of) => !lacks(of)).map((of) => fill(text, of as Record<string, string>));
  return [...new Set(filled)];
}

/** Characters without white space, as IAM counts them. */
export const policySize = (document: PolicyDocument): number => JSON.stringify(document).replaceAll(/\s/g, '').length;

/** Statements of several policies as one, those that come twice once. */
export function joinPolicies(policies: PolicyDocument[]): PolicyDocument {
  const statements = new Map(
    policies.flatMap(({ Statement }) => Statement).map((statement) => [JSON.stringify(statement), statement]),
  );
  return { Version: '2012-10-17', Statement: [...statements.values()] };
}
