import type * as client from '@aws-sdk/client-ecr';
import type { ImageIdentifier } from '@aws-sdk/client-ecr';
import type { EcrImage, EcrRepository } from '../../engine/ecr/state.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';
import { findImage, findRepository, invalid } from './find.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

interface ListInput {
  filter?: { tagStatus?: string | undefined } | undefined;
}

/** Images that a `tagStatus` filter lets through. */
function filtered(repository: EcrRepository, { filter }: ListInput): EcrImage[] {
  const status = filter?.tagStatus ?? 'ANY';
  return Object.values(repository.images).filter(
    ({ tags }) => status === 'ANY' || (status === 'TAGGED') === tags.length > 0,
  );
}

export const describeImages: For<'DescribeImages'> = (input, { engine }) => {
  const registryId = engine.state.account;
  const { repositoryName } = input;
  const repository = findRepository(engine, repositoryName);
  // API_DescribeImages.html: neither maxResults nor nextToken goes with imageIds.
  if (input.imageIds && (input.maxResults !== undefined || input.nextToken !== undefined)) {
    throw invalid('Invalid parameter: imageIds cannot be used together with maxResults or nextToken');
  }
  const named = input.imageIds?.map((id) => findImage(repository, id) ?? notFound(registryId, repositoryName, id));
  const found = page(new Set(named ?? filtered(repository, input)), {
    keyOf: ({ digest }) => digest,
    limit: input.maxResults ?? 100,
    token: input.nextToken,
    invalidTokenCode: 'InvalidParameterException',
  });
  const imageDetails = found.items.map(({ digest, tags, bytes, pushedAt, mediaType, manifest }) => ({
    registryId,
    repositoryName,
    imageDigest: digest,
    imageTags: tags.length > 0 ? tags : undefined,
    imageSizeInBytes: bytes,
    imagePushedAt: new Date(pushedAt),
    imageManifestMediaType: mediaType,
    artifactMediaType: (JSON.parse(manifest) as { config?: { mediaType?: string } }).config?.mediaType,
  }));
  return { imageDetails, nextToken: found.next };
};

function notFound(registryId: string, repositoryName: string, id: ImageIdentifier): never {
  const what = `imageDigest:'${id.imageDigest ?? 'null'}', imageTag:'${id.imageTag ?? 'null'}'`;
  const where = `does not exist within the repository with name '${repositoryName}' in the registry with id '${registryId}'`;
  throw new AwsError('ImageNotFoundException', `The image with imageId {${what}} ${where}`);
}

/** One entry a tag; an image without tags has one entry of its own. */
export const listImages: For<'ListImages'> = (input, { engine }) => {
  const repository = findRepository(engine, input.repositoryName);
  const ids = filtered(repository, input).flatMap(({ digest, tags }): ImageIdentifier[] =>
    tags.length > 0 ? tags.map((imageTag) => ({ imageDigest: digest, imageTag })) : [{ imageDigest: digest }],
  );
  const found = page(ids, {
    keyOf: ({ imageDigest, imageTag }) => `${imageDigest} ${imageTag ?? ''}`,
    limit: input.maxResults ?? 100,
    token: input.nextToken,
    invalidTokenCode: 'InvalidParameterException',
  });
  return { imageIds: found.items, nextToken: found.next };
};

type Failure = client.ImageFailure;

/** Why an id leads nowhere, in the codes of ImageFailure. */
function failureOf(imageId: ImageIdentifier): Failure {
  if (imageId.imageDigest === undefined && imageId.imageTag === undefined) {
    const failureReason = 'Invalid request parameters: both imageTag and imageDigest cannot be null';
    return { imageId, failureCode: 'MissingDigestAndTag', failureReason };
  }
  if (imageId.imageDigest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(imageId.imageDigest)) {
    const failureReason = `Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'`;
    return { imageId, failureCode: 'InvalidImageDigest', failureReason };
  }
  return { imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
}

const isNamed = ({ imageDigest, imageTag }: ImageIdentifier) => imageDigest !== undefined || imageTag !== undefined;

function checkCount(imageIds: readonly ImageIdentifier[]): void {
  if (imageIds.length > 0 && imageIds.length <= 100) return;
  throw invalid(
    `Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length between 1 and 100'`,
  );
}

export const batchGetImage: For<'BatchGetImage'> = ({ repositoryName, imageIds }, { engine }) => {
  checkCount(imageIds);
  const repository = findRepository(engine, repositoryName);
  const images: client.Image[] = [];
  const failures: Failure[] = [];
  for (const id of imageIds) {
    const image = isNamed(id) ? findImage(repository, id) : undefined;
    if (!image) failures.push(failureOf(id));
    else {
      images.push({
        registryId: engine.state.account,
        repositoryName,
        imageId: { imageDigest: image.digest, ...(id.imageTag === undefined ? {} : { imageTag: id.imageTag }) },
        imageManifest: image.manifest,
        imageManifestMediaType: image.mediaType,
      });
    }
  }
  return { images, failures };
};

/** A digest takes the image with all its tags; a tag takes itself, and the image once it was the last (BatchDeleteImage). */
export const batchDeleteImage: For<'BatchDeleteImage'> = ({ repositoryName, imageIds }, { engine }) => {
  checkCount(imageIds);
  const repository = findRepository(engine, repositoryName);
  const deleted: ImageIdentifier[] = [];
  const failures: Failure[] = [];
  for (const id of imageIds) {
    const image = isNamed(id) ? findImage(repository, id) : undefined;
    const failure = image ? referenced(repository, image, id) : failureOf(id);
    if (failure) failures.push(failure);
    else if (image) deleted.push(...remove(repository, image, id.imageTag));
  }
  return { imageIds: deleted, failures };
};

/** An image that an index points at cannot go before the index. */
function referenced(repository: EcrRepository, image: EcrImage, imageId: ImageIdentifier): Failure | undefined {
  const isLastName = imageId.imageTag === undefined || image.tags.length === 1;
  const index = Object.values(repository.images).find(
    (other) => other !== image && /index|manifest\.list/.test(other.mediaType) && other.manifest.includes(image.digest),
  );
  if (!isLastName || !index) return undefined;
  const failureReason = `Requested image referenced by manifest list: [${index.digest}]`;
  return { imageId, failureCode: 'ImageReferencedByManifestList', failureReason };
}

function remove(repository: EcrRepository, image: EcrImage, imageTag: string | undefined): ImageIdentifier[] {
  const { digest, tags } = image;
  const gone = imageTag === undefined ? tags : [imageTag];
  image.tags = tags.filter((tag) => !gone.includes(tag));
  if (image.tags.length === 0) delete repository.images[digest];
  return gone.length > 0 ? gone.map((tag) => ({ imageDigest: digest, imageTag: tag })) : [{ imageDigest: digest }];
}
