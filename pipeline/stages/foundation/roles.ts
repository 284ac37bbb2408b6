import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  GetInstanceProfileCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';
import { fill } from '../../core/template.ts';
import { eventually, onceKnown } from '../../core/wait.ts';

/** Names of the instance profiles; each has the one role of the same name. */
export interface Roles {
  app: string;
  builder: string;
}

const policyName = 'redeploy';

/** Machines may read their secret and write their logs, builders may pull the image: nothing else. */
export async function ensureRoles(
  ctx: Context,
  target: Target,
  ids: { account: string; secretArn: string },
): Promise<Roles> {
  const names = namesOf(target);
  const values = { REGION: target.region, ACCOUNT: ids.account, APP: target.app };
  const [app, builder] = await Promise.all([
    policyText(ctx, 'app-role.json', { ...values, SECRET_ARN: ids.secretArn, LOG_GROUP: names.logGroup }),
    policyText(ctx, 'builder-role.json', { ...values, REPOSITORY: names.repository }),
  ]);
  await Promise.all([
    ensureRole(ctx, target, { name: names.appRole, role: 'app', policy: app }),
    ensureRole(ctx, target, { name: names.builderRole, role: 'builder', policy: builder }),
  ]);
  return { app: names.appRole, builder: names.builderRole };
}

interface Wanted {
  name: string;
  role: string;
  policy: string;
}

async function ensureRole(ctx: Context, target: Target, wanted: Wanted): Promise<void> {
  const trust = await readFile(path.join(ctx.templates, 'iam/instance-trust.json'), 'utf8');
  const tags = tagsOf(target, wanted.role);
  await unlessThere(
    ctx.aws.iam.send(new CreateRoleCommand({ RoleName: wanted.name, AssumeRolePolicyDocument: trust, Tags: tags })),
  );
  await ensurePolicy(ctx, wanted);
  await unlessThere(
    ctx.aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: wanted.name, Tags: tags })),
  );
  const profile = await eventually(ctx, `instance profile ${wanted.name}`, () => findProfile(ctx, wanted.name));
  if ((profile.Roles ?? []).some((role) => role.RoleName === wanted.name)) return;
  const join = new AddRoleToInstanceProfileCommand({ InstanceProfileName: wanted.name, RoleName: wanted.name });
  // LimitExceeded: another run added the one role that a profile can have.
  await unlessThere(
    onceKnown(ctx, `role ${wanted.name}`, ['NoSuchEntityException'], () => ctx.aws.iam.send(join)),
    'LimitExceededException',
  );
}

async function ensurePolicy(ctx: Context, { name, policy }: Wanted): Promise<void> {
  const key = { RoleName: name, PolicyName: policyName };
  try {
    const { PolicyDocument = '' } = await ctx.aws.iam.send(new GetRolePolicyCommand(key));
    // IAM hands documents back URL-encoded (RFC 3986).
    if (sameJson(decodeURIComponent(PolicyDocument), policy)) return;
  } catch (error) {
    if (!isAwsError(error, 'NoSuchEntityException')) throw error;
  }
  await onceKnown(ctx, `role ${name}`, ['NoSuchEntityException'], () =>
    ctx.aws.iam.send(new PutRolePolicyCommand({ ...key, PolicyDocument: policy })),
  );
}

async function findProfile(ctx: Context, name: string) {
  try {
    return (await ctx.aws.iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }))).InstanceProfile;
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

const policyText = async (ctx: Context, file: string, values: Record<string, string>): Promise<string> =>
  fill(await readFile(path.join(ctx.templates, 'iam', file), 'utf8'), values);

const sameJson = (a: string, b: string): boolean => JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
