import type * as client from '@aws-sdk/client-acm';
import { AwsError } from '../error.ts';
import type { Operations } from '../service.ts';
import { findCertificate } from './find.ts';
import { wrongTag } from '../tag-form.ts';

/** Throws `InvalidTagException` for reserved and repeated keys, `TooManyTagsException` above 50 a certificate. */
export function readTags(tags: client.Tag[] = [], before: Record<string, string> = {}): Record<string, string> {
  const keys = tags.map(({ Key = '' }) => Key);
  const reserved = keys.find((key) => /^aws:/i.test(key));
  if (reserved !== undefined) {
    throw new AwsError('InvalidTagException', `AWS internal tag '${reserved}' cannot be changed with this API`);
  }
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new AwsError('InvalidTagException', `Duplicate tag key '${twice}'`);
  const wrong = tags.map(({ Key = '', Value = '' }) => wrongTag(Key, Value)).find((words) => words !== undefined);
  if (wrong !== undefined) throw new AwsError('ValidationException', wrong);
  const all = { ...before, ...Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  if (Object.keys(all).length > 50)
    throw new AwsError('TooManyTagsException', 'A certificate can have at most 50 tags');
  return all;
}

export const tagOperations: Operations<typeof client> = {
  AddTagsToCertificate: ({ CertificateArn, Tags }, { engine }) => {
    const certificate = findCertificate(engine, CertificateArn);
    certificate.tags = readTags(Tags, certificate.tags);
  },

  /** A value given must be the tag's own, or the tag stays (API_RemoveTagsFromCertificate.html). */
  RemoveTagsFromCertificate: ({ CertificateArn, Tags }, { engine }) => {
    const { tags } = findCertificate(engine, CertificateArn);
    for (const { Key = '', Value } of Tags) if (Value === undefined || tags[Key] === Value) delete tags[Key];
  },

  ListTagsForCertificate: ({ CertificateArn }, { engine }) => ({
    Tags: Object.entries(findCertificate(engine, CertificateArn).tags).map(([Key, Value]) => ({ Key, Value })),
  }),
};
