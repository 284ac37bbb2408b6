import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { Tags } from '../../engine/ec2/state.ts';
import { checkUserTags } from '../../engine/ec2/tags.ts';
import { AwsError } from '../error.ts';

/** Tags as AWS lists them. */
export const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** The tags of a list of `{Key, Value}`. */
export const tagMap = (tags: Tag[] | undefined): Tags =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/**
 * The tags for one kind of resource that a call makes. Throws `InvalidParameterValue` for kinds that the call does not
 * make and for reserved keys, `TagLimitExceeded`.
 */
export function readTags(
  specifications: TagSpecification[] | undefined,
  type: string,
  allowed: readonly string[] = [type],
): Tags {
  const tags: Tags = {};
  for (const { ResourceType = '', Tags: given } of specifications ?? []) {
    if (!allowed.includes(ResourceType)) {
      throw new AwsError(
        'InvalidParameterValue',
        `'${ResourceType}' is not a valid taggable resource type for this operation.`,
      );
    }
    if (ResourceType === type) Object.assign(tags, tagMap(given));
  }
  checkUserTags(tags);
  return tags;
}
