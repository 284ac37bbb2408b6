import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { Operations } from '../service.ts';
import { listener, loadBalancer, rule, targetGroup } from './find.ts';
import { wrongTag } from '../tag-form.ts';

const maxTags = 50;

/** Tags as they are kept. Throws `DuplicateTagKeys`, `TooManyTags`, and `ValidationError` for reserved keys. */
export function readTags(tags: Tag[] | undefined): Record<string, string> {
  const read: Record<string, string> = {};
  for (const { Key = '', Value = '' } of tags ?? []) {
    if (Key in read) throw new AwsError('DuplicateTagKeys', `The tag key '${Key}' is specified more than once`);
    if (/^aws:/i.test(Key)) throw new AwsError('ValidationError', `The tag key '${Key}' is reserved for AWS`);
    const wrong = wrongTag(Key, Value);
    if (wrong !== undefined) throw new AwsError('ValidationError', wrong);
    read[Key] = Value;
  }
  return limited(read);
}

/** Tags in one order, for comparing. */
export const tagSettings = (tags: Record<string, string>): string[] =>
  Object.entries(tags)
    .map((pair) => pair.join('='))
    .sort();

function limited(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length > maxTags) {
    throw new AwsError('TooManyTags', `The maximum number of tags for a resource is ${maxTags}`);
  }
  return tags;
}

/** Any resource that carries tags, by ARN. Throws the NotFound error of its kind. */
function tagged(engine: Engine, arn: string): { tags: Record<string, string> } {
  const kind = arn.split(':')[5]?.split('/')[0];
  if (kind === 'loadbalancer') return loadBalancer(engine, arn);
  if (kind === 'targetgroup') return targetGroup(engine, arn);
  if (kind === 'listener') return listener(engine, arn);
  if (kind === 'listener-rule') return rule(engine, arn);
  throw new AwsError('ValidationError', `'${arn}' is not a valid resource ARN`);
}

export const tagOperations: Operations<typeof client> = {
  AddTags: ({ ResourceArns, Tags }, { engine }) => {
    const added = readTags(Tags);
    for (const record of ResourceArns.map((arn) => tagged(engine, arn))) {
      record.tags = limited({ ...record.tags, ...added });
    }
  },

  RemoveTags: ({ ResourceArns, TagKeys }, { engine }) => {
    for (const record of ResourceArns.map((arn) => tagged(engine, arn))) {
      for (const key of TagKeys) delete record.tags[key];
    }
  },

  DescribeTags: ({ ResourceArns }, { engine }) => {
    if (ResourceArns.length > 20) {
      throw new AwsError('ValidationError', 'Tags of at most 20 resources can be described in one call');
    }
    return {
      TagDescriptions: ResourceArns.map((arn) => ({
        ResourceArn: arn,
        Tags: Object.entries(tagged(engine, arn).tags).map(([Key, Value]) => ({ Key, Value })),
      })),
    };
  },
};
