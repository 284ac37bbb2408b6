import type * as client from '@aws-sdk/client-iam';
import type { IamInstanceProfile } from '../../engine/iam/state.ts';
import { AwsError } from '../error.ts';
import { page, type PageRequest } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { checkName, checkPath, findProfile, findRole, readTags, uniqueId } from './find.ts';
import { profileView } from './view.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

export const createInstanceProfile: For<'CreateInstanceProfile'> = (input, { engine }) => {
  const { InstanceProfileName: name, Path: path = '/' } = input;
  checkName('instanceProfileName', name, 128);
  checkPath(path);
  const tags = readTags(input.Tags);
  const { account, iam } = engine.state;
  if (Object.keys(iam.instanceProfiles).some((other) => other.toLowerCase() === name.toLowerCase())) {
    throw new AwsError('EntityAlreadyExists', `Instance Profile ${name} already exists.`, { status: 409 });
  }
  const profile: IamInstanceProfile = {
    name,
    arn: `arn:aws:iam::${account}:instance-profile${path}${name}`,
    id: uniqueId(engine, 'AIPA'),
    path,
    createdAt: engine.clock.now(),
    roles: [],
    tags,
  };
  iam.instanceProfiles[name] = profile;
  return { InstanceProfile: profileView(engine, profile) };
};

export const getInstanceProfile: For<'GetInstanceProfile'> = ({ InstanceProfileName }, { engine }) => ({
  InstanceProfile: profileView(engine, findProfile(engine, InstanceProfileName)),
});

export const deleteInstanceProfile: For<'DeleteInstanceProfile'> = ({ InstanceProfileName }, { engine }) => {
  const profile = findProfile(engine, InstanceProfileName);
  if (profile.roles.length > 0) {
    const message = 'Cannot delete entity, must remove roles from instance profile first.';
    throw new AwsError('DeleteConflict', message, { status: 409 });
  }
  delete engine.state.iam.instanceProfiles[InstanceProfileName];
};

/** A profile holds one role, and that cannot be raised (IAM user guide, "IAM and AWS STS quotas"). */
export const addRoleToInstanceProfile: For<'AddRoleToInstanceProfile'> = (input, { engine }) => {
  const profile = findProfile(engine, input.InstanceProfileName);
  const role = findRole(engine, input.RoleName);
  if (profile.roles.length > 0) {
    const message = 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1';
    throw new AwsError('LimitExceeded', message, { status: 409 });
  }
  profile.roles.push(role.name);
};

export const removeRoleFromInstanceProfile: For<'RemoveRoleFromInstanceProfile'> = (input, { engine }) => {
  const profile = findProfile(engine, input.InstanceProfileName);
  const role = findRole(engine, input.RoleName);
  if (!profile.roles.includes(role.name)) {
    const message = `Role ${role.name} in instance profile ${profile.name} cannot be found.`;
    throw new AwsError('NoSuchEntity', message, { status: 404 });
  }
  profile.roles = profile.roles.filter((name) => name !== role.name);
};

export const tagInstanceProfile: For<'TagInstanceProfile'> = ({ InstanceProfileName, Tags }, { engine }) => {
  const profile = findProfile(engine, InstanceProfileName);
  profile.tags = readTags(Tags, profile.tags);
};

const paging = (input: {
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}): PageRequest<IamInstanceProfile> => ({
  keyOf: ({ name }) => name,
  limit: input.MaxItems ?? 100,
  token: input.Marker,
  invalidTokenCode: 'ValidationError',
});

export const listInstanceProfiles: For<'ListInstanceProfiles'> = (input, { engine }) => {
  const prefix = input.PathPrefix ?? '/';
  const profiles = Object.values(engine.state.iam.instanceProfiles).filter(({ path }) => path.startsWith(prefix));
  const found = page(profiles, paging(input));
  return {
    InstanceProfiles: found.items.map((profile) => profileView(engine, profile)),
    IsTruncated: found.next !== undefined,
    Marker: found.next,
  };
};

export const listInstanceProfilesForRole: For<'ListInstanceProfilesForRole'> = (input, { engine }) => {
  const role = findRole(engine, input.RoleName);
  const profiles = Object.values(engine.state.iam.instanceProfiles).filter(({ roles }) => roles.includes(role.name));
  const found = page(profiles, paging(input));
  return {
    InstanceProfiles: found.items.map((profile) => profileView(engine, profile)),
    IsTruncated: found.next !== undefined,
    Marker: found.next,
  };
};
