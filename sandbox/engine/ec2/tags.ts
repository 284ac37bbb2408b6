import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import { taggedResource } from './resources.ts';
import type { Tags } from './state.ts';

/** "Maximum number of tags per resource: 50"; those of AWS itself do not count (Using_Tags.html). */
const mostTags = 50;

const isSystem = (key: string) => key.toLowerCase().startsWith('aws:');

/** Throws for tags that a user may not set: `InvalidParameterValue`, `InvalidTagKey.Malformed`, `TagLimitExceeded`. */
export function checkUserTags(tags: Tags, on: Tags = {}): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key === '') throw new AwsError('InvalidTagKey.Malformed', 'Tag key cannot be empty.');
    if (isSystem(key)) {
      throw new AwsError('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use`);
    }
    if (key.length > 128)
      throw new AwsError('InvalidParameterValue', `Tag key exceeds the maximum length of 128 characters`);
    if (value.length > 256) {
      throw new AwsError('InvalidParameterValue', `Tag value exceeds the maximum length of 256 characters`);
    }
  }
  if (Object.keys({ ...on, ...tags }).filter((key) => !isSystem(key)).length > mostTags) {
    throw new AwsError('TagLimitExceeded', `You have exceeded the maximum number of tags per resource (${mostTags}).`);
  }
}

/** Adds or overwrites tags of one resource. Throws what `checkUserTags` and `taggedResource` throw. */
export function setTags(engine: Engine, id: string, tags: Tags): void {
  const resource = taggedResource(engine, id);
  checkUserTags(tags, resource.tags);
  Object.assign(resource.tags, tags);
  engine.save();
}

/** Takes tags away: with a value only if it is that value; with no keys all of the user's. Missing ones are no error. */
export function removeTags(engine: Engine, id: string, wanted?: { key: string; value?: string | undefined }[]): void {
  const { tags } = taggedResource(engine, id);
  const all = Object.keys(tags)
    .filter((key) => !isSystem(key))
    .map((key) => ({ key, value: undefined }));
  for (const { key, value } of wanted ?? all) if (value === undefined || tags[key] === value) delete tags[key];
  engine.save();
}
