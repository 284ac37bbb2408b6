import { namesOf } from './names.ts';
import { sourceOf, type Reference } from './references.ts';
import type { Settings } from './settings.ts';
import { chooseEnvironment } from './read-target.ts';
import type { Target } from './target.ts';
import { fill } from './template.ts';

/** What templates/iam names of an environment. */
export interface PolicyTarget extends Pick<Target, 'app' | 'environment' | 'region'> {
  baseAmi?: string | undefined;
  secrets?: Record<string, Reference> | undefined;
  /** The old load balancer's instance, as `retire` names it. */
  old?: { instance?: string | undefined; tag?: string | undefined } | undefined;
  /** Names by which people reach the app. */
  domains?: readonly string[] | undefined;
  /** ARN of the topic that failures are told to. */
  topic?: string | undefined;
  /** Names that a retirement moves. */
  hostnames?: readonly string[] | undefined;
}

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
    const own = settings.environments[name] ?? {};
    const { domain, otherDomains = [] } = { ...settings.balancer, ...own.balancer };
    return {
      app: settings.app,
      environment: name,
      region: own.region ?? settings.region,
      baseAmi: { ...settings.bake, ...own.bake }.baseAmi,
      secrets: own.secrets,
      old: own.retire ?? settings.retire,
      domains: domain === undefined ? [] : [domain, ...otherDomains],
      topic: { ...settings.notifications, ...own.notifications }.topic,
      hostnames: { ...settings.retire, ...own.retire }.hostnames,
    };
  });
}

/** The managed policy that no role of the app's machines can go beyond. A role is made with it when the account has it. */
export const boundaryNameOf = ({ app }: Pick<Target, 'app'>): string => `redeploy-${app}-boundary`;

/** A list stands for as many entries of the list that it is in. */
type Values = Record<string, string | readonly string[]>;

function valuesOf(target: PolicyTarget, { account, repository }: PolicyPlace): Values {
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
    GITHUB_REPOSITORY: repository ?? [],
    TOPICS: target.topic === undefined ? [] : [target.topic],
    BASE_AMI_PARAMETERS: baseAmiParameters(target, account),
    ...referencesOf(target, account),
    ...oldMachineOf(target, account),
    ...recordsOf(target),
  };
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html */
function oldMachineOf({ old = {}, region }: PolicyTarget, account: string): Values {
  const { instance, tag } = old;
  const [key = '', ...value] = (tag ?? '').split('=');
  return {
    OLD_INSTANCES: instance === undefined ? [] : [`arn:aws:ec2:${region}:${account}:instance/${instance}`],
    ...(tag !== undefined && { OLD_TAG: key, OLD_TAG_VALUE: value.join('=') }),
  };
}

function baseAmiParameters({ baseAmi, region }: PolicyTarget, account: string): string[] {
  return baseAmi === undefined || baseAmi.startsWith('ami-') ? [] : [parameterArn(baseAmi, region, account)];
}

/** AWS's own parameters are in no account (systems-manager/latest/userguide/parameter-store-public-parameters.html). */
const parameterArn = (name: string, region: string, account: string): string =>
  `arn:aws:ssm:${region}:${name.startsWith('/aws/service/') ? '' : account}:parameter/${name.replace(/^\//, '')}`;

/** What `secrets` in redeploy.json refers to. An ARN may be written with its last six characters or without. */
function referencesOf({ region, secrets = {} }: PolicyTarget, account: string): Values {
  const sources = Object.values(secrets).map(sourceOf);
  const ids = sources.flatMap((source) => (source.kind === 'secret' ? [source.id] : []));
  const arns = ids.map((id) =>
    id.startsWith('arn:') ? id : `arn:aws:secretsmanager:${region}:${account}:secret:${id}`,
  );
  return {
    REFERENCED_SECRETS: arns.flatMap((arn) => [arn, `${arn}-??????`]),
    REFERENCED_PARAMETERS: sources.flatMap((source) =>
      source.kind === 'parameter' ? [parameterArn(source.name, region, account)] : [],
    ),
  };
}

/**
 * Names of records as IAM compares them (Route53/latest/DeveloperGuide/specifying-rrset-conditions.html): lower case, no dot at
 * the end, odd characters in octal. What proves a domain to ACM stands below it: an underscore and 32 letters.
 */
function recordsOf({ domains = [], hostnames = [] }: PolicyTarget): Values {
  const normal = (name: string) =>
    name
      .toLowerCase()
      .replace(/\.$/, '')
      .replaceAll('*', String.raw`\052`);
  return {
    // What a certificate is asked for (acm/latest/userguide/acm-conditions.html).
    DOMAINS: domains,
    RECORDS: domains.map(normal).flatMap((name) => [name, `_${'?'.repeat(32)}.${name}`]),
    MOVED_RECORDS: movedRecords([...new Set(hostnames.map(normal))]),
  };
}

/** More names would not fit into a policy: then it is for all names beside them. */
const mostNames = 20;

const movedRecords = (names: string[]): string[] =>
  names.length <= mostNames
    ? names
    : [...new Set(names.map((name) => (name.split('.').length > 2 ? name.replace(/^[^.]+/, '*') : name)))];

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
 * is there once for each, and a statement about nothing is left out. What is allowed by an old machine's tag is a statement for
 * each that has one. Throws (a bug of ours) when something that differs is not in a list.
 */
export function fillPolicy(template: string, targets: PolicyTarget[], place: PolicyPlace): PolicyDocument {
  const values = targets.map((target) => valuesOf(target, place));
  const { Version, Statement } = JSON.parse(template) as PolicyDocument;
  const statements = Statement.flatMap((one) =>
    isByTag(one)
      ? values.filter(({ OLD_TAG }) => OLD_TAG !== undefined).map((of) => expand(one, [of]))
      : [expand(one, values)],
  ) as PolicyStatement[];
  return joinPolicies([{ Version, Statement: statements.filter(isAboutSomething) }]);
}

/**
 * A policy template filled in once for each environment: what it says of one's role holds for no other's resources, though all of
 * them are in one boundary.
 */
export const fillEach = (template: string, targets: PolicyTarget[], place: PolicyPlace): PolicyDocument =>
  joinPolicies(targets.map((target) => fillPolicy(template, [target], place)));

/** A list of what there may be none of: no resources, or no values that a condition allows. */
function isAboutSomething({ Resource, Condition = {} }: PolicyStatement): boolean {
  const lists = [
    Resource,
    ...Object.values(Condition as Record<string, object>).flatMap((keys) => Object.values(keys)),
  ];
  return lists.every((list) => !Array.isArray(list) || list.length > 0);
}

const isByTag = (statement: PolicyStatement): boolean => JSON.stringify(statement).includes('{{OLD_TAG}}');

function expand(value: unknown, values: Values[]): unknown {
  if (typeof value === 'string') return single(value, values);
  if (Array.isArray(value))
    return value.flatMap((one) => (typeof one === 'string' ? each(one, values) : [expand(one, values)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [single(key, values), expand(member, values)]),
  );
}

function single(text: string, values: Values[]): string {
  const [only, ...others] = each(text, values);
  if (only === undefined || others.length > 0) throw new Error(`policy template: "${text}" must be in a list`);
  return only;
}

function each(text: string, values: Values[]): string[] {
  return [...new Set(values.flatMap((of) => filledWith(text, of)))];
}

function filledWith(text: string, values: Values): readonly string[] {
  const only = values[/^\{\{([A-Z_]+)\}\}$/.exec(text)?.[1] ?? ''];
  if (Array.isArray(only)) return only as readonly string[];
  const texts = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return [fill(text, Object.fromEntries(texts))];
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
