import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  PutLifecyclePolicyCommand,
} from '@aws-sdk/client-ecr';
import { changesOf, creation, performAll, type Act, type Change } from '../core/act.ts';
import type { Image, ImageDigest, ImageKey } from '../core/artifacts.ts';
import type { Context } from '../core/context.ts';
import { DeployError, isAwsError } from '../core/errors.ts';
import { namesOf, tagKeys, tagsOf } from '../core/names.ts';
import type { Target } from '../core/target.ts';

/** Images kept in ECR. A machine boots from its AMI, not from here: an expired image hurts nobody. */
const keepImages = 30;

/** The repository's address, made if absent: immutable tags, scan on push, the newest 30 images kept. */
export async function ensureRepository(ctx: Context, target: Target): Promise<string> {
  const uri = (await findRepository(ctx, target)) ?? (await createRepository(ctx, target));
  await performAll(ctx, lifecycleActs(target, await hasLifecycle(ctx, target)));
  return uri;
}

/** What `ensureRepository` would do. */
export async function planRepository(ctx: Context, target: Target): Promise<Change[]> {
  const [uri, isLimited] = await Promise.all([findRepository(ctx, target), hasLifecycle(ctx, target)]);
  const acts = lifecycleActs(target, isLimited);
  const what = `repository ${namesOf(target).repository}`;
  return uri === undefined ? [creation(what, 'ecr:CreateRepository', acts)] : changesOf(acts);
}

/** The image with the tag `key` in ECR, if it is there. Needs no Docker. */
export async function findImage(ctx: Context, target: Target, key: ImageKey): Promise<Image | undefined> {
  const uri = await findRepository(ctx, target);
  if (uri === undefined) return undefined;
  try {
    const { imageDetails } = await ctx.aws.ecr.send(
      new DescribeImagesCommand({ repositoryName: namesOf(target).repository, imageIds: [{ imageTag: key }] }),
    );
    const digest = imageDetails?.[0]?.imageDigest as ImageDigest | undefined;
    return digest && { key, digest, reference: `${uri}@${digest}`, architecture: target.architecture };
  } catch (error) {
    if (isAwsError(error, 'ImageNotFoundException', 'RepositoryNotFoundException')) return undefined;
    throw error;
  }
}

/** What Docker needs to push to ECR. The token lives 12 hours: take a fresh one for each push. */
export async function registryLogin(
  ctx: Context,
): Promise<{ username: string; password: string; serveraddress: string }> {
  const { authorizationData } = await ctx.aws.ecr.send(new GetAuthorizationTokenCommand({}));
  const data = authorizationData?.[0];
  // `AWS:password` in base64: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_AuthorizationData.html
  const [username, password] = splitOnce(Buffer.from(data?.authorizationToken ?? '', 'base64').toString('utf8'));
  if (!password) throw new DeployError('registry', 'ECR gave no authorization token');
  return { username, password, serveraddress: data?.proxyEndpoint ?? '' };
}

const splitOnce = (text: string): [string, string] => {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
};

async function findRepository(ctx: Context, target: Target): Promise<string | undefined> {
  try {
    const { repositories } = await ctx.aws.ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: [namesOf(target).repository] }),
    );
    return repositories?.[0]?.repositoryUri;
  } catch (error) {
    if (isAwsError(error, 'RepositoryNotFoundException')) return undefined;
    throw error;
  }
}

async function createRepository(ctx: Context, target: Target): Promise<string> {
  const name = namesOf(target).repository;
  try {
    const { repository } = await ctx.aws.ecr.send(
      new CreateRepositoryCommand({
        repositoryName: name,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        // All environments of an app share its images: a repository belongs to none of them.
        tags: tagsOf(target, 'repository').filter(({ Key }) => Key !== tagKeys.environment),
      }),
    );
    if (repository?.repositoryUri) return repository.repositoryUri;
  } catch (error) {
    if (!isAwsError(error, 'RepositoryAlreadyExistsException')) throw error;
  }
  const uri = await findRepository(ctx, target);
  if (uri === undefined) throw new DeployError('registry', `ECR has no repository ${name} right after it was made`);
  return uri;
}

async function hasLifecycle(ctx: Context, target: Target): Promise<boolean> {
  try {
    await ctx.aws.ecr.send(new GetLifecyclePolicyCommand({ repositoryName: namesOf(target).repository }));
    return true;
  } catch (error) {
    if (isAwsError(error, 'LifecyclePolicyNotFoundException', 'RepositoryNotFoundException')) return false;
    throw error;
  }
}

/** Only where there is none: a policy that somebody changed stays as it is. */
function lifecycleActs(target: Target, isLimited: boolean): Act[] {
  const repositoryName = namesOf(target).repository;
  if (isLimited) return [];
  return [
    {
      change: {
        action: 'create',
        what: `lifecycle of repository ${repositoryName}`,
        why: `there is none: the newest ${keepImages} images are kept`,
        calls: ['ecr:PutLifecyclePolicy'],
      },
      perform: (ctx) => ctx.aws.ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText })),
    },
  ];
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html */
const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: `keep the newest ${keepImages} images`,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: keepImages },
      action: { type: 'expire' },
    },
  ],
});
