import type * as client from '@aws-sdk/client-iam';
import { newAccessKey } from '../../engine/iam/credentials.ts';
import type { Engine } from '../../engine/engine.ts';
import type { IamIdentity } from '../../engine/iam/state.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { checkPermissions } from './document.ts';
import { checkName, checkPath, noSuchEntity, readTags, uniqueId } from './find.ts';
import { checkPolicyArn } from './policies.ts';
import { tagList } from './view.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

const view = (user: IamIdentity): client.User => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: new Date(user.createdAt),
  ...(Object.keys(user.tags).length > 0 && { Tags: tagList(user.tags) }),
});

function findUser(engine: Engine, name: string): IamIdentity {
  const { users } = engine.state.iam;
  const user = Object.hasOwn(users, name) ? users[name] : undefined;
  if (!user) throw noSuchEntity(`The user with name ${name} cannot be found.`);
  return user;
}

export const createUser: For<'CreateUser'> = (input, { engine }) => {
  const { UserName: name, Path: path = '/', PermissionsBoundary: boundary } = input;
  checkName('userName', name, 64);
  checkPath(path);
  if (boundary !== undefined) checkPolicyArn(engine, boundary);
  const { account, iam } = engine.state;
  if (Object.keys(iam.users).some((other) => other.toLowerCase() === name.toLowerCase())) {
    throw new AwsError('EntityAlreadyExists', `User with name ${name} already exists.`, { status: 409 });
  }
  const user: IamIdentity = {
    name,
    arn: `arn:aws:iam::${account}:user${path}${name}`,
    id: uniqueId(engine, 'AIDA'),
    path,
    createdAt: engine.clock.now(),
    tags: readTags(input.Tags),
    inlinePolicies: {},
    attachedPolicies: [],
    ...(boundary !== undefined && { boundary }),
  };
  iam.users[name] = user;
  return { User: view(user) };
};

/** Whose key it is when no name is given is the handler's of STS to say; here a name is needed. */
export const getUser: For<'GetUser'> = ({ UserName }, { engine }) => {
  if (UserName === undefined)
    throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
  return { User: view(findUser(engine, UserName)) };
};

/** Refused until policies are detached and keys deleted (API_DeleteUser.html). */
export const deleteUser: For<'DeleteUser'> = ({ UserName }, { engine }) => {
  const user = findUser(engine, UserName);
  const { users, accessKeys } = engine.state.iam;
  const conflict = (what: string) =>
    new AwsError('DeleteConflict', `Cannot delete entity, must ${what} first.`, { status: 409 });
  if (user.attachedPolicies.length > 0) throw conflict('detach all policies');
  if (Object.keys(user.inlinePolicies).length > 0) throw conflict('delete policies');
  if (Object.values(accessKeys).some((key) => key.userName === UserName && key.isActive)) {
    throw conflict('delete access keys');
  }
  delete users[UserName];
};

/** Inline policies of one user together: 2,048 characters (IAM user guide, "IAM and AWS STS quotas"). */
const maxInline = 2048;

export const putUserPolicy: For<'PutUserPolicy'> = (input, { engine }) => {
  const user = findUser(engine, input.UserName);
  checkName('policyName', input.PolicyName, 128);
  checkPermissions(input.PolicyDocument);
  const policies = { ...user.inlinePolicies, [input.PolicyName]: input.PolicyDocument };
  const size = Object.values(policies).reduce((sum, text) => sum + text.replaceAll(/\s/g, '').length, 0);
  if (size > maxInline) {
    const message = `Maximum policy size of ${maxInline} bytes exceeded for user ${user.name}`;
    throw new AwsError('LimitExceeded', message, { status: 409 });
  }
  user.inlinePolicies = policies;
};

export const deleteUserPolicy: For<'DeleteUserPolicy'> = ({ UserName, PolicyName }, { engine }) => {
  const { inlinePolicies } = findUser(engine, UserName);
  if (!Object.hasOwn(inlinePolicies, PolicyName)) {
    throw noSuchEntity(`The user policy with name ${PolicyName} cannot be found.`);
  }
  delete inlinePolicies[PolicyName];
};

export const attachUserPolicy: For<'AttachUserPolicy'> = ({ UserName, PolicyArn }, { engine }) => {
  const user = findUser(engine, UserName);
  checkPolicyArn(engine, PolicyArn);
  if (user.attachedPolicies.includes(PolicyArn)) return;
  if (user.attachedPolicies.length >= 10) {
    throw new AwsError('LimitExceeded', 'Cannot exceed quota for PoliciesPerUser: 10', { status: 409 });
  }
  user.attachedPolicies.push(PolicyArn);
};

export const detachUserPolicy: For<'DetachUserPolicy'> = ({ UserName, PolicyArn }, { engine }) => {
  const user = findUser(engine, UserName);
  if (!user.attachedPolicies.includes(PolicyArn)) throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
  user.attachedPolicies = user.attachedPolicies.filter((arn) => arn !== PolicyArn);
};

/** Two keys a user at most (same quotas page). */
export const createAccessKey: For<'CreateAccessKey'> = ({ UserName = '' }, { engine }) => {
  findUser(engine, UserName);
  const { accessKeys } = engine.state.iam;
  if (Object.values(accessKeys).filter((key) => key.userName === UserName && key.isActive).length >= 2) {
    throw new AwsError('LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2', { status: 409 });
  }
  const key = newAccessKey('AKIA');
  accessKeys[key.AccessKeyId] = {
    userName: UserName,
    secret: key.SecretAccessKey,
    isActive: true,
    createdAt: engine.clock.now(),
  };
  return { AccessKey: { UserName, ...key, Status: 'Active', CreateDate: new Date(engine.clock.now()) } };
};

export const deleteAccessKey: For<'DeleteAccessKey'> = ({ UserName, AccessKeyId }, { engine }) => {
  const { accessKeys } = engine.state.iam;
  const key = Object.hasOwn(accessKeys, AccessKeyId) ? accessKeys[AccessKeyId] : undefined;
  if (!key?.isActive || (UserName !== undefined && key.userName !== UserName)) {
    throw noSuchEntity(`The Access Key with id ${AccessKeyId} cannot be found.`);
  }
  key.isActive = false;
};
