import type * as client from '@aws-sdk/client-iam';
import type { Engine } from '../../engine/engine.ts';
import type { IamPolicy } from '../../engine/iam/state.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { checkPermissions, withoutSpace } from './document.ts';
import { checkName, checkPath, noSuchEntity, readTags, uniqueId } from './find.ts';
import { tagList } from './view.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

/** Characters of a managed policy without white space (IAM user guide, "IAM and AWS STS quotas"). */
const maxManaged = 6144;

/** Who has the policy attached. */
const holdersOf = ({ state }: Engine, arn: string) =>
  [...Object.values(state.iam.users), ...Object.values(state.iam.roles)].filter((one) =>
    one.attachedPolicies.includes(arn),
  );

/** How many users and roles have it for a boundary. */
const boundedBy = ({ state }: Engine, arn: string): number =>
  [...Object.values(state.iam.users), ...Object.values(state.iam.roles)].filter((one) => one.boundary === arn).length;

const view = (engine: Engine, policy: IamPolicy): client.Policy => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: 'v1',
  AttachmentCount: holdersOf(engine, policy.arn).length,
  PermissionsBoundaryUsageCount: boundedBy(engine, policy.arn),
  IsAttachable: true,
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.createdAt),
  ...(Object.keys(policy.tags).length > 0 && { Tags: tagList(policy.tags) }),
});

/** Only the first version of a policy can be made here. */
export const createPolicy: For<'CreatePolicy'> = (input, { engine }) => {
  const { PolicyName: name, Path: path = '/', PolicyDocument: document, Description: description } = input;
  checkName('policyName', name, 128);
  checkPath(path);
  checkPermissions(document);
  if (withoutSpace(document) > maxManaged) {
    throw new AwsError('LimitExceeded', `Cannot exceed quota for PolicySize: ${maxManaged}`, { status: 409 });
  }
  const { account, iam } = engine.state;
  if (Object.values(iam.policies).some((other) => other.name.toLowerCase() === name.toLowerCase())) {
    throw new AwsError(
      'EntityAlreadyExists',
      `A policy called ${name} already exists. Duplicate names are not allowed.`,
      {
        status: 409,
      },
    );
  }
  const policy: IamPolicy = {
    name,
    arn: `arn:aws:iam::${account}:policy${path}${name}`,
    id: uniqueId(engine, 'ANPA'),
    path,
    document,
    createdAt: engine.clock.now(),
    tags: readTags(input.Tags),
    ...(description !== undefined && { description }),
  };
  iam.policies[policy.arn] = policy;
  return { Policy: view(engine, policy) };
};

/** The account's own policy of that ARN; throws NoSuchEntity. */
export function findPolicy(engine: Engine, arn: string): IamPolicy {
  const { policies } = engine.state.iam;
  const policy = Object.hasOwn(policies, arn) ? policies[arn] : undefined;
  if (!policy) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  return policy;
}

/** Throws NoSuchEntity unless the ARN is of a policy of the account's or of AWS's own (which of those is not checked). */
export function checkPolicyArn(engine: Engine, arn: string): void {
  if (!/^arn:aws:iam::aws:policy\/[\w+=,.@/-]+$/.test(arn)) findPolicy(engine, arn);
}

export const getPolicy: For<'GetPolicy'> = ({ PolicyArn }, { engine }) => ({
  Policy: view(engine, findPolicy(engine, PolicyArn)),
});

export const deletePolicy: For<'DeletePolicy'> = ({ PolicyArn }, { engine }) => {
  findPolicy(engine, PolicyArn);
  if (holdersOf(engine, PolicyArn).length > 0) {
    throw new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.', { status: 409 });
  }
  delete engine.state.iam.policies[PolicyArn];
};
