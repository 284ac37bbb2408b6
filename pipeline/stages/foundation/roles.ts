import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetPolicyCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { changesOf, creation, performAll, type Act, type Change, type Left } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import { boundaryNameOf, fillPolicy } from '../../core/policy.ts';
import type { Target } from '../../core/target.ts';
import { eventually, onceKnown } from '../../core/wait.ts';

/** Names of the instance profiles; each has the one role of the same name. */
export interface Roles {
  app: string;
  builder: string;
}

/** A role and the profile of the same name as they are; documents as JSON text. */
interface FoundRole {
  trust: string | undefined;
  policy: string | undefined;
  /** Names of the roles in the profile; undefined when there is no profile. */
  profile: string[] | undefined;
}

/** Both roles: what they shall be, and what is there. */
export interface RoleView {
  wanted: Wanted;
  found: FoundRole;
}

interface Wanted {
  name: string;
  role: string;
  policy: string;
  trust: string;
  /** ARN of the policy that it is made within. */
  boundary: string | undefined;
}

const policyName = 'redeploy';

/** Looks at both roles. */
export async function findRoles(ctx: Context, target: Target, account: string): Promise<RoleView[]> {
  const names = namesOf(target);
  const [app, builder, trust, boundary] = await Promise.all([
    policyText(ctx, 'instance.json', target, account),
    policyText(ctx, 'builder.json', target, account),
    readFile(path.join(ctx.templates, 'iam/instance-trust.json'), 'utf8'),
    findBoundary(ctx, target, account),
  ]);
  const wanted: Wanted[] = [
    { name: names.appRole, role: 'app', policy: app, trust, boundary },
    { name: names.builderRole, role: 'builder', policy: builder, trust, boundary },
  ];
  return await Promise.all(wanted.map(async (one) => ({ wanted: one, found: await findRole(ctx, one.name) })));
}

/** Machines may read their secret and write their logs, builders may pull the image: nothing else. */
export async function ensureRoles(ctx: Context, target: Target, account: string): Promise<Roles> {
  const views = await findRoles(ctx, target, account);
  await Promise.all(views.map((view) => performAll(ctx, roleActs(target, view))));
  const { appRole, builderRole } = namesOf(target);
  return { app: appRole, builder: builderRole };
}

/** What `ensureRoles` does about what was found. */
export const roleChanges = (target: Target, views: readonly RoleView[]): Change[] =>
  views.flatMap((view) => {
    const changes = changesOf(roleActs(target, view));
    const [first, ...others] = changes;
    const isNew = view.found.trust === undefined && first !== undefined;
    return isNew ? [creation(`role ${view.wanted.name}`, 'iam:CreateRole', others)] : changes;
  });

/** Who may take on a role is changed in IAM alone: a deployer that could, could give itself any right of the machines. */
export const leftOfRoles = (views: readonly RoleView[]): Left[] =>
  views
    .filter(({ wanted, found }) => found.trust !== undefined && !sameJson(found.trust, wanted.trust))
    .map(({ wanted }) => ({
      what: `trust of role ${wanted.name}`,
      why: 'it differs from what machines need (templates/iam/instance-trust.json); who may take on a role is left to you',
    }));

function roleActs(target: Target, { wanted, found }: RoleView): Act[] {
  const { name } = wanted;
  const Tags = tagsOf(target, wanted.role);
  const act = (action: 'create' | 'change', [what, why, call]: string[], perform: Act['perform']): Act => ({
    change: { action, what: what ?? '', why: why ?? '', calls: [`iam:${call}`] },
    perform,
  });
  const trust = {
    RoleName: name,
    AssumeRolePolicyDocument: wanted.trust,
    Tags,
    ...(wanted.boundary !== undefined && { PermissionsBoundary: wanted.boundary }),
  };
  const role = act('create', [`role ${name}`, 'it is not there', 'CreateRole'], (ctx) =>
    unlessThere(ctx.aws.iam.send(new CreateRoleCommand(trust))),
  );
  const why = found.policy === undefined ? 'it has none' : 'it differs from templates/iam';
  const policy = act('change', [`policy of role ${name}`, why, 'PutRolePolicy'], (ctx) => putPolicy(ctx, wanted));
  const profile = act('create', [`instance profile ${name}`, 'it is not there', 'CreateInstanceProfile'], (ctx) =>
    unlessThere(ctx.aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name, Tags }))),
  );
  const join = act('change', [`instance profile ${name}`, 'its role is not in it', 'AddRoleToInstanceProfile'], (ctx) =>
    addToProfile(ctx, name),
  );
  return [
    ...(found.trust === undefined ? [role] : []),
    ...(found.policy !== undefined && sameJson(found.policy, wanted.policy) ? [] : [policy]),
    ...(found.profile ? [] : [profile]),
    ...(found.profile?.includes(name) ? [] : [join]),
  ];
}

const putPolicy = (ctx: Context, { name, policy }: Wanted) =>
  onceKnown(ctx, `role ${name}`, ['NoSuchEntityException'], () =>
    ctx.aws.iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: policyName, PolicyDocument: policy })),
  );

async function addToProfile(ctx: Context, name: string): Promise<void> {
  await eventually(ctx, `instance profile ${name}`, () => findProfile(ctx, name));
  const join = new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name });
  // LimitExceeded: another run added the one role that a profile can have.
  await unlessThere(
    onceKnown(ctx, `role ${name}`, ['NoSuchEntityException'], () => ctx.aws.iam.send(join)),
    'LimitExceededException',
  );
}

async function findRole(ctx: Context, name: string): Promise<FoundRole> {
  const [role, policy, profile] = await Promise.all([
    unlessMissing(ctx.aws.iam.send(new GetRoleCommand({ RoleName: name }))),
    unlessMissing(ctx.aws.iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: policyName }))),
    findProfile(ctx, name),
  ]);
  // IAM hands documents back URL-encoded (RFC 3986).
  return {
    trust: role && decodeURIComponent(role.Role?.AssumeRolePolicyDocument ?? ''),
    policy: policy && decodeURIComponent(policy.PolicyDocument ?? ''),
    profile: profile && (profile.Roles ?? []).map(({ RoleName = '' }) => RoleName),
  };
}

/**
 * ARN of the app's permissions boundary, if the account has it: whoever keeps the account makes it (docs/permissions.md), and a
 * deployer may then make roles, but none that can do more than it says (access_policies_boundaries.html, "Delegating").
 */
const findBoundary = async (ctx: Context, target: Target, account: string): Promise<string | undefined> => {
  const PolicyArn = `arn:aws:iam::${account}:policy/${boundaryNameOf(target)}`;
  return (await unlessMissing(ctx.aws.iam.send(new GetPolicyCommand({ PolicyArn }))))?.Policy?.Arn;
};

const findProfile = async (ctx: Context, name: string) =>
  (await unlessMissing(ctx.aws.iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }))))
    ?.InstanceProfile;

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, 'NoSuchEntityException')) return undefined;
    throw error;
  }
}

async function unlessThere(call: Promise<unknown>, ...further: string[]): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isAwsError(error, 'EntityAlreadyExistsException', ...further)) throw error;
  }
}

const policyText = async (ctx: Context, file: string, target: Target, account: string): Promise<string> =>
  JSON.stringify(fillPolicy(await readFile(path.join(ctx.templates, 'iam', file), 'utf8'), [target], { account }));

const sameJson = (a: string, b: string): boolean => JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
