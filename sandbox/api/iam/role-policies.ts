import type * as client from '@aws-sdk/client-iam';
import type { IamRole } from '../../engine/iam/state.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { checkPermissions, withoutSpace } from './document.ts';
import { checkName, findOwnRole, findRole } from './find.ts';
import { checkPolicyArn } from './policies.ts';
import { encodeDocument } from './view.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

/** Inline policies of one role together (IAM user guide, "IAM and AWS STS quotas"). */
const maxInlineBytes = 10_240;
/** Managed policies attached to one role (same page). */
const maxAttached = 10;

const limitExceeded = (message: string) => new AwsError('LimitExceeded', message, { status: 409 });

export const putRolePolicy: For<'PutRolePolicy'> = (input, { engine }) => {
  const role = findOwnRole(engine, input.RoleName);
  checkName('policyName', input.PolicyName, 128);
  checkPermissions(input.PolicyDocument);
  const policies = { ...role.inlinePolicies, [input.PolicyName]: input.PolicyDocument };
  const bytes = Object.values(policies).reduce((sum, text) => sum + withoutSpace(text), 0);
  if (bytes > maxInlineBytes) {
    throw limitExceeded(`Maximum policy size of ${maxInlineBytes} bytes exceeded for role ${role.name}`);
  }
  role.inlinePolicies = policies;
};

function inlinePolicy(role: IamRole, name: string): string {
  const document = Object.hasOwn(role.inlinePolicies, name) ? role.inlinePolicies[name] : undefined;
  if (document !== undefined) return document;
  throw new AwsError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, { status: 404 });
}

export const getRolePolicy: For<'GetRolePolicy'> = ({ RoleName, PolicyName }, { engine }) => {
  const document = inlinePolicy(findRole(engine, RoleName), PolicyName);
  return { RoleName, PolicyName, PolicyDocument: encodeDocument(document) };
};

export const deleteRolePolicy: For<'DeleteRolePolicy'> = ({ RoleName, PolicyName }, { engine }) => {
  const role = findOwnRole(engine, RoleName);
  inlinePolicy(role, PolicyName);
  delete role.inlinePolicies[PolicyName];
};

export const listRolePolicies: For<'ListRolePolicies'> = ({ RoleName, Marker, MaxItems = 100 }, { engine }) => {
  const names = Object.keys(findRole(engine, RoleName).inlinePolicies);
  const keyOf = (name: string) => name;
  const found = page(names, { keyOf, limit: MaxItems, token: Marker, invalidTokenCode: 'ValidationError' });
  return { PolicyNames: found.items, IsTruncated: found.next !== undefined, Marker: found.next };
};

/** Attaching twice does nothing. */
export const attachRolePolicy: For<'AttachRolePolicy'> = ({ RoleName, PolicyArn }, { engine }) => {
  const role = findOwnRole(engine, RoleName);
  checkPolicyArn(engine, PolicyArn);
  if (role.attachedPolicies.includes(PolicyArn)) return;
  if (role.attachedPolicies.length >= maxAttached) {
    throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${maxAttached}`);
  }
  role.attachedPolicies.push(PolicyArn);
};

export const detachRolePolicy: For<'DetachRolePolicy'> = ({ RoleName, PolicyArn }, { engine }) => {
  const role = findOwnRole(engine, RoleName);
  if (!role.attachedPolicies.includes(PolicyArn)) {
    throw new AwsError('NoSuchEntity', `Policy ${PolicyArn} was not found.`, { status: 404 });
  }
  role.attachedPolicies = role.attachedPolicies.filter((arn) => arn !== PolicyArn);
};

export const listAttachedRolePolicies: For<'ListAttachedRolePolicies'> = (input, { engine }) => {
  const { RoleName, PathPrefix = '/', Marker, MaxItems = 100 } = input;
  const arns = findRole(engine, RoleName).attachedPolicies.filter((arn) => arn.includes(`:policy${PathPrefix}`));
  const keyOf = (arn: string) => arn;
  const found = page(arns, { keyOf, limit: MaxItems, token: Marker, invalidTokenCode: 'ValidationError' });
  const policies = found.items.map((arn) => ({ PolicyName: arn.split('/').at(-1), PolicyArn: arn }));
  return { AttachedPolicies: policies, IsTruncated: found.next !== undefined, Marker: found.next };
};
