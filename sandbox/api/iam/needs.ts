import type * as client from '@aws-sdk/client-iam';
import type { Engine } from '../../engine/engine.ts';
import { need, needPassRole, needTags, tagsIn, type Need, type Needs, type Resource } from '../authorize/need.ts';
import { needLinkedRole } from './linked-roles.ts';

type Tagged = { Tags?: client.Tag[] | undefined };
type Kept = Record<string, { arn: string; tags: Record<string, string>; boundary?: string }>;

/** Something of IAM by name, there or not: IAM is asked before the name is looked up. Path and tags are those that it has. */
function named(engine: Engine, type: string, name: string, path = '/'): Resource & { boundary?: string } {
  const { roles, users, instanceProfiles } = engine.state.iam;
  const kept: Kept = { role: roles, user: users, 'instance-profile': instanceProfiles }[type] ?? {};
  const found = Object.hasOwn(kept, name) ? kept[name] : undefined;
  if (!found) return { arn: `arn:aws:iam::${engine.state.account}:${type}${path}${name}` };
  const { arn, tags, boundary } = found;
  return { arn, tags, ...(boundary !== undefined && { boundary }) };
}

/** Actions on roles and users see which boundary theirs is (access_policies_boundaries.html, iam:PermissionsBoundary). */
const bounded = ({ boundary, ...resource }: Resource & { boundary?: string | undefined }): Resource =>
  boundary === undefined ? resource : { ...resource, keys: { 'iam:PermissionsBoundary': boundary } };

type OfRole = { RoleName?: string | undefined };
type OfUser = { UserName?: string | undefined };
type OfProfile = { InstanceProfileName?: string | undefined };
type OfPolicy = { PolicyArn?: string | undefined };

const role = (operation: string) => (input: OfRole, engine: Engine) => [
  need(`iam:${operation}`, bounded(named(engine, 'role', input.RoleName ?? '*'))),
];
const user = (operation: string) => (input: OfUser, engine: Engine) => [
  need(`iam:${operation}`, bounded(named(engine, 'user', input.UserName ?? '*'))),
];
const profile = (operation: string) => (input: OfProfile, engine: Engine) => [
  need(`iam:${operation}`, named(engine, 'instance-profile', input.InstanceProfileName ?? '*')),
];
const policy = (operation: string) => (input: OfPolicy) => [need(`iam:${operation}`, { arn: input.PolicyArn ?? '*' })];

/** `iam:PolicyARN` says which policy is attached. */
const attaching =
  (of: (input: OfRole & OfUser & OfPolicy, engine: Engine) => Need[]) =>
  (input: OfRole & OfUser & OfPolicy, engine: Engine) =>
    of(input, engine).map(({ action, on: [one] }) =>
      need(action, one && { ...one, keys: { ...one.keys, 'iam:PolicyARN': input.PolicyArn ?? '' } }),
    );

/** Tags given while creating take the action that tags, too (id_tags.html). */
const making = (action: string, tagAction: string, made: Resource, { Tags }: Tagged): Need[] => {
  const tagged = { ...made, requestTags: tagsIn(Tags) };
  return [need(`iam:${action}`, tagged), ...needTags(`iam:${tagAction}`, tagged)];
};

const roles: Needs<typeof client> = {
  CreateRole: (input, engine) => {
    const { arn } = named(engine, 'role', input.RoleName, input.Path);
    return making('CreateRole', 'TagRole', bounded({ arn, boundary: input.PermissionsBoundary }), input);
  },
  GetRole: role('GetRole'),
  DeleteRole: role('DeleteRole'),
  UpdateAssumeRolePolicy: role('UpdateAssumeRolePolicy'),
  TagRole: (input, engine) => [
    need('iam:TagRole', { ...named(engine, 'role', input.RoleName), requestTags: tagsIn(input.Tags) }),
  ],
  CreateServiceLinkedRole: ({ AWSServiceName, CustomSuffix }, engine) => [
    needLinkedRole(engine, AWSServiceName, CustomSuffix),
  ],
  PutRolePolicy: role('PutRolePolicy'),
  GetRolePolicy: role('GetRolePolicy'),
  DeleteRolePolicy: role('DeleteRolePolicy'),
  ListRolePolicies: role('ListRolePolicies'),
  AttachRolePolicy: attaching(role('AttachRolePolicy')),
  DetachRolePolicy: attaching(role('DetachRolePolicy')),
  ListAttachedRolePolicies: role('ListAttachedRolePolicies'),
};

const profiles: Needs<typeof client> = {
  CreateInstanceProfile: (input, engine) => {
    const made = named(engine, 'instance-profile', input.InstanceProfileName, input.Path);
    return making('CreateInstanceProfile', 'TagInstanceProfile', { arn: made.arn }, input);
  },
  GetInstanceProfile: profile('GetInstanceProfile'),
  DeleteInstanceProfile: profile('DeleteInstanceProfile'),
  // API_AddRoleToInstanceProfile.html: "The caller of this operation must be granted the PassRole permission".
  AddRoleToInstanceProfile: (input, engine) => [
    ...profile('AddRoleToInstanceProfile')(input, engine),
    needPassRole(engine, input.RoleName, 'ec2.amazonaws.com'),
  ],
  RemoveRoleFromInstanceProfile: profile('RemoveRoleFromInstanceProfile'),
  TagInstanceProfile: (input, engine) => [
    need('iam:TagInstanceProfile', {
      ...named(engine, 'instance-profile', input.InstanceProfileName),
      requestTags: tagsIn(input.Tags),
    }),
  ],
  ListInstanceProfilesForRole: role('ListInstanceProfilesForRole'),
};

const usersAndPolicies: Needs<typeof client> = {
  CreateUser: (input, engine) => {
    const { arn } = named(engine, 'user', input.UserName, input.Path);
    return making('CreateUser', 'TagUser', bounded({ arn, boundary: input.PermissionsBoundary }), input);
  },
  GetUser: user('GetUser'),
  DeleteUser: user('DeleteUser'),
  PutUserPolicy: user('PutUserPolicy'),
  DeleteUserPolicy: user('DeleteUserPolicy'),
  AttachUserPolicy: attaching(user('AttachUserPolicy')),
  DetachUserPolicy: attaching(user('DetachUserPolicy')),
  CreateAccessKey: user('CreateAccessKey'),
  DeleteAccessKey: user('DeleteAccessKey'),
  CreatePolicy: (input, engine) => {
    const made = named(engine, 'policy', input.PolicyName, input.Path);
    return making('CreatePolicy', 'TagPolicy', { arn: made.arn }, input);
  },
  GetPolicy: policy('GetPolicy'),
  DeletePolicy: policy('DeletePolicy'),
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
export const iamNeeds: Needs<typeof client> = { ...roles, ...profiles, ...usersAndPolicies };
