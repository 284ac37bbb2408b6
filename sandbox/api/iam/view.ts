import type { InstanceProfile, Role, Tag } from '@aws-sdk/client-iam';
import type { Engine } from '../../engine/engine.ts';
import type { IamInstanceProfile, IamRole } from '../../engine/iam/state.ts';

/** Documents are answered URL-encoded, per RFC 3986 (IAM API reference, GetRole). */
export const encodeDocument = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Tags as IAM lists them. */
export const tagList = (tags: Record<string, string>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** A role as lists show it: without its tags. */
export const roleView = (role: IamRole): Role => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
  ...(role.boundary !== undefined && {
    PermissionsBoundary: {
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
      PermissionsBoundaryArn: role.boundary,
    },
  }),
});

/** A role as GetRole, CreateRole and its instance profile show it. */
export const roleDetail = (role: IamRole): Role => ({
  ...roleView(role),
  ...(Object.keys(role.tags).length > 0 ? { Tags: tagList(role.tags) } : {}),
});

/** An instance profile with its role. */
export const profileView = (engine: Engine, profile: IamInstanceProfile): InstanceProfile => ({
  Path: profile.path,
  InstanceProfileName: profile.name,
  InstanceProfileId: profile.id,
  Arn: profile.arn,
  CreateDate: new Date(profile.createdAt),
  Roles: profile.roles.flatMap((name) => {
    const role = engine.state.iam.roles[name];
    return role ? [roleDetail(role)] : [];
  }),
  Tags: tagList(profile.tags),
});
