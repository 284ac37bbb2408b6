import type * as client from '@aws-sdk/client-iam';
import * as profiles from './iam/instance-profiles.ts';
import { createServiceLinkedRole } from './iam/linked-roles.ts';
import { iamNeeds } from './iam/needs.ts';
import { createOidcProvider } from './iam/oidc-providers.ts';
import * as managed from './iam/policies.ts';
import * as policies from './iam/role-policies.ts';
import * as roles from './iam/roles.ts';
import * as users from './iam/users.ts';
import type { Operations, Service } from './service.ts';

const usersAndPolicies: Operations<typeof client> = {
  CreateOpenIDConnectProvider: createOidcProvider,
  CreateUser: users.createUser,
  GetUser: users.getUser,
  DeleteUser: users.deleteUser,
  PutUserPolicy: users.putUserPolicy,
  DeleteUserPolicy: users.deleteUserPolicy,
  AttachUserPolicy: users.attachUserPolicy,
  DetachUserPolicy: users.detachUserPolicy,
  CreateAccessKey: users.createAccessKey,
  DeleteAccessKey: users.deleteAccessKey,
  CreatePolicy: managed.createPolicy,
  GetPolicy: managed.getPolicy,
  DeletePolicy: managed.deletePolicy,
};

const rolesAndProfiles: Operations<typeof client> = {
  CreateRole: roles.createRole,
  GetRole: roles.getRole,
  DeleteRole: roles.deleteRole,
  UpdateAssumeRolePolicy: roles.updateAssumeRolePolicy,
  TagRole: roles.tagRole,
  ListRoles: roles.listRoles,
  CreateServiceLinkedRole: createServiceLinkedRole,
  PutRolePolicy: policies.putRolePolicy,
  GetRolePolicy: policies.getRolePolicy,
  DeleteRolePolicy: policies.deleteRolePolicy,
  ListRolePolicies: policies.listRolePolicies,
  AttachRolePolicy: policies.attachRolePolicy,
  DetachRolePolicy: policies.detachRolePolicy,
  ListAttachedRolePolicies: policies.listAttachedRolePolicies,
  CreateInstanceProfile: profiles.createInstanceProfile,
  GetInstanceProfile: profiles.getInstanceProfile,
  DeleteInstanceProfile: profiles.deleteInstanceProfile,
  AddRoleToInstanceProfile: profiles.addRoleToInstanceProfile,
  RemoveRoleFromInstanceProfile: profiles.removeRoleFromInstanceProfile,
  TagInstanceProfile: profiles.tagInstanceProfile,
  ListInstanceProfiles: profiles.listInstanceProfiles,
  ListInstanceProfilesForRole: profiles.listInstanceProfilesForRole,
};

/** Identity and Access Management. What its policies say is enforced: authorize.ts. */
export const iam: Service = {
  signingName: 'iam',
  protocol: 'query',
  load: () => import('@aws-sdk/client-iam'),
  operations: { ...rolesAndProfiles, ...usersAndPolicies },
  needs: iamNeeds,
};
