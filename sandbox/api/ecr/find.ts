import type { ImageIdentifier } from '@aws-sdk/client-ecr';
import type { EcrImage, EcrRepository } from '../../engine/ecr/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { wrongTag } from '../tag-form.ts';

const namePattern = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** Throws InvalidParameterException unless `name` can name a repository. */
export function checkRepositoryName(name: string): void {
  if (name.length >= 2 && name.length <= 256 && namePattern.test(name)) return;
  const constraint = `must satisfy regular expression '${namePattern.source}'`;
  throw invalid(`Invalid parameter at 'repositoryName' failed to satisfy constraint: '${constraint}'`);
}

export const invalid = (message: string) => new AwsError('InvalidParameterException', message);

/** The repository of that name; throws RepositoryNotFoundException. */
export function findRepository(engine: Engine, name: string): EcrRepository {
  const { ecr, account } = engine.state;
  const repository = Object.hasOwn(ecr.repositories, name) ? ecr.repositories[name] : undefined;
  if (repository) return repository;
  const message = `The repository with name '${name}' does not exist in the registry with id '${account}'`;
  throw new AwsError('RepositoryNotFoundException', message);
}

/** The image that a tag, a digest or both lead to. */
export function findImage(repository: EcrRepository, { imageDigest, imageTag }: ImageIdentifier): EcrImage | undefined {
  return Object.values(repository.images).find(
    ({ digest, tags }) =>
      (imageDigest === undefined || digest === imageDigest) && (imageTag === undefined || tags.includes(imageTag)),
  );
}

interface TagInput {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** Tags of a request merged into `before`; at most 50 (ECR user guide, "Tagging a private repository"). */
export function mergeTags(before: Record<string, string>, tags: readonly TagInput[] = []): Record<string, string> {
  const merged = { ...before };
  for (const { Key = '', Value = '' } of tags) {
    const wrong = wrongTag(Key, Value);
    if (wrong !== undefined) throw new AwsError('InvalidTagParameterException', wrong);
    merged[Key] = Value;
  }
  if (Object.keys(merged).length > 50)
    throw new AwsError('TooManyTagsException', 'A repository can have at most 50 tags.');
  return merged;
}
