import type * as client from '@aws-sdk/client-iam';
import type { Engine } from '../../engine/engine.ts';
import type { IamRole } from '../../engine/iam/state.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { checkTrustPolicy } from './document.ts';
import { checkName, checkPath, findOwnRole, findRole, readTags, uniqueId } from './find.ts';
import { checkPolicyArn } from './policies.ts';
import { roleDetail, roleView } from './view.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

type NewRole = Pick<IamRole, 'name' | 'path' | 'trustPolicy'> & Partial<IamRole>;

/** Puts a role into the account. */
export function addRole(engine: Engine, role: NewRole): IamRole {
  const { account, iam } = engine.state;
  const added: IamRole = {
    arn: `arn:aws:iam::${account}:role${role.path}${role.name}`,
    id: uniqueId(engine, 'AROA'),
    maxSessionSeconds: 3600,
    createdAt: engine.clock.now(),
    tags: {},
    inlinePolicies: {},
    attachedPolicies: [],
    ...role,
  };
  iam.roles[role.name] = added;
  return added;
}

export const createRole: For<'CreateRole'> = (input, { engine }) => {
  const { RoleName: name, Path: path = '/', AssumeRolePolicyDocument: trustPolicy } = input;
  checkName('roleName', name, 64);
  checkPath(path);
  checkTrustPolicy(trustPolicy);
  const tags = readTags(input.Tags);
  const { PermissionsBoundary: boundary } = input;
  if (boundary !== undefined) checkPolicyArn(engine, boundary);
  const maxSessionSeconds = input.MaxSessionDuration ?? 3600;
  if (maxSessionSeconds < 3600 || maxSessionSeconds > 43_200) {
    throw new AwsError('ValidationError', `MaxSessionDuration ${maxSessionSeconds} is not between 3600 and 43200`);
  }
  // Names are unique without regard to case (IAM API reference, CreateRole).
  if (Object.keys(engine.state.iam.roles).some((other) => other.toLowerCase() === name.toLowerCase())) {
    throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, { status: 409 });
  }
  const given = {
    ...(input.Description !== undefined && { description: input.Description }),
    ...(boundary !== undefined && { boundary }),
  };
  return { Role: roleDetail(addRole(engine, { name, path, trustPolicy, maxSessionSeconds, tags, ...given })) };
};

export const getRole: For<'GetRole'> = ({ RoleName }, { engine }) => ({ Role: roleDetail(findRole(engine, RoleName)) });

/** Refused until policies and instance profiles are taken off it (IAM API reference, DeleteRole). */
export const deleteRole: For<'DeleteRole'> = ({ RoleName }, { engine }) => {
  const role = findOwnRole(engine, RoleName);
  const { roles, instanceProfiles } = engine.state.iam;
  const conflict = (what: string) =>
    new AwsError('DeleteConflict', `Cannot delete entity, must ${what} first.`, { status: 409 });
  if (Object.values(instanceProfiles).some((profile) => profile.roles.includes(RoleName))) {
    throw conflict('remove roles from instance profile');
  }
  if (role.attachedPolicies.length > 0) throw conflict('detach all policies');
  if (Object.keys(role.inlinePolicies).length > 0) throw conflict('delete policies');
  delete roles[RoleName];
};

export const updateAssumeRolePolicy: For<'UpdateAssumeRolePolicy'> = (input, { engine }) => {
  const role = findOwnRole(engine, input.RoleName);
  checkTrustPolicy(input.PolicyDocument);
  role.trustPolicy = input.PolicyDocument;
};

export const tagRole: For<'TagRole'> = ({ RoleName, Tags }, { engine }) => {
  const role = findOwnRole(engine, RoleName);
  role.tags = readTags(Tags, role.tags);
};

export const listRoles: For<'ListRoles'> = ({ PathPrefix = '/', Marker, MaxItems = 100 }, { engine }) => {
  const roles = Object.values(engine.state.iam.roles).filter(({ path }) => path.startsWith(PathPrefix));
  const found = page(roles, {
    keyOf: ({ name }) => name,
    limit: MaxItems,
    token: Marker,
    invalidTokenCode: 'ValidationError',
  });
  return { Roles: found.items.map(roleView), IsTruncated: found.next !== undefined, Marker: found.next };
};
