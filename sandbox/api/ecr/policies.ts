import type * as client from '@aws-sdk/client-ecr';
import type { EcrRepository } from '../../engine/ecr/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { findRepository, invalid, mergeTags } from './find.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

/** Length constraints of API_PutLifecyclePolicy.html. */
const hasWrongLength = ({ length }: string): boolean => length < 100 || length > 30_720;

/** Checks what can be checked without carrying the policy out: JSON, rules, unique priorities, a selection and an action. */
function checkLifecyclePolicy(text: string): void {
  const wrong = (what: string) =>
    invalid(`Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: '${what}'`);
  if (hasWrongLength(text)) throw wrong('Member must have length between 100 and 30720');
  const { rules } = (parse(text) ?? {}) as { rules?: unknown };
  if (!Array.isArray(rules) || rules.length === 0)
    throw wrong('Lifecycle policy validation failure: rules are missing');
  const priorities = new Set<unknown>();
  for (const rule of rules as Record<string, unknown>[]) {
    const { rulePriority, selection, action } = rule;
    if (!Number.isInteger(rulePriority) || priorities.has(rulePriority))
      throw wrong('rulePriority must be a unique integer');
    if (typeof selection !== 'object' || typeof action !== 'object')
      throw wrong('a rule needs a selection and an action');
    priorities.add(rulePriority);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Kept and shown, not carried out: the sandbox never expires images by itself. */
export const putLifecyclePolicy: For<'PutLifecyclePolicy'> = (input, { engine }) => {
  const { repositoryName, lifecyclePolicyText } = input;
  const repository = findRepository(engine, repositoryName);
  checkLifecyclePolicy(lifecyclePolicyText);
  repository.lifecyclePolicy = lifecyclePolicyText;
  repository.lifecycleSetAt = engine.clock.now();
  return { registryId: engine.state.account, repositoryName, lifecyclePolicyText };
};

export const getLifecyclePolicy: For<'GetLifecyclePolicy'> = ({ repositoryName }, { engine }) => {
  const { lifecyclePolicy, lifecycleSetAt } = findRepository(engine, repositoryName);
  const registryId = engine.state.account;
  if (lifecyclePolicy === undefined) {
    const message = `Lifecycle policy does not exist for the repository with name '${repositoryName}' in the registry with id '${registryId}'`;
    throw new AwsError('LifecyclePolicyNotFoundException', message);
  }
  const lastEvaluatedAt = lifecycleSetAt === undefined ? undefined : new Date(lifecycleSetAt);
  return { registryId, repositoryName, lifecyclePolicyText: lifecyclePolicy, lastEvaluatedAt };
};

export const setRepositoryPolicy: For<'SetRepositoryPolicy'> = ({ repositoryName, policyText }, { engine }) => {
  const repository = findRepository(engine, repositoryName);
  if (parse(policyText) === undefined) {
    throw invalid(
      "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
    );
  }
  repository.policy = policyText;
  return { registryId: engine.state.account, repositoryName, policyText };
};

export const getRepositoryPolicy: For<'GetRepositoryPolicy'> = ({ repositoryName }, { engine }) => {
  const { policy } = findRepository(engine, repositoryName);
  const registryId = engine.state.account;
  if (policy !== undefined) return { registryId, repositoryName, policyText: policy };
  const message = `Repository policy does not exist for the repository with name '${repositoryName}' in the registry with id '${registryId}'`;
  throw new AwsError('RepositoryPolicyNotFoundException', message);
};

function byArn(engine: Engine, resourceArn: string): EcrRepository {
  const prefix = `arn:aws:ecr:${engine.state.region}:${engine.state.account}:repository/`;
  if (!resourceArn.startsWith(prefix)) throw invalid(`Invalid parameter at 'resourceArn': '${resourceArn}'`);
  return findRepository(engine, resourceArn.slice(prefix.length));
}

export const tagResource: For<'TagResource'> = ({ resourceArn, tags }, { engine }) => {
  const repository = byArn(engine, resourceArn);
  repository.tags = mergeTags(repository.tags, tags);
};

export const listTagsForResource: For<'ListTagsForResource'> = ({ resourceArn }, { engine }) => {
  const { tags } = byArn(engine, resourceArn);
  return { tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
};
