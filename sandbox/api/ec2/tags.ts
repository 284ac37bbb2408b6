import { allTagged, taggedResource } from '../../engine/ec2/resources.ts';
import { checkUserTags, removeTags, setTags } from '../../engine/ec2/tags.ts';
import { AwsError } from '../error.ts';
import { applyFilters } from './filter.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { listPage } from './listing.ts';
import { tagMap } from './tag-form.ts';

/** API_CreateTags.html: all of the resources or none. */
export const createTags: Ec2Handler<'CreateTags'> = (input, { engine }) => {
  const tags = tagMap(input.Tags);
  if (input.Tags.length === 0) throw new AwsError('MissingParameter', 'The request must contain the parameter tagSet');
  for (const id of input.Resources) checkUserTags(tags, taggedResource(engine, id).tags);
  endDryRun(input);
  for (const id of input.Resources) setTags(engine, id, tags);
};

/** API_DeleteTags.html: a tag with a value goes only if it has that value; without any tags all of the user's go. */
export const deleteTags: Ec2Handler<'DeleteTags'> = (input, { engine }) => {
  for (const id of input.Resources) taggedResource(engine, id);
  endDryRun(input);
  const wanted = input.Tags?.map(({ Key = '', Value }) => ({ key: Key, value: Value }));
  for (const id of input.Resources) removeTags(engine, id, wanted);
};

export const describeTags: Ec2Handler<'DescribeTags'> = (input, { engine }) => {
  const all = allTagged(engine).flatMap(({ id, type, tags }) =>
    Object.entries(tags).map(([key, value]) => ({ id, type, key, value, tags: { [key]: value } })),
  );
  const found = applyFilters(all, input.Filters, {
    key: ({ key }) => key,
    'resource-id': ({ id }) => id,
    'resource-type': ({ type }) => type,
    value: ({ value }) => value,
  });
  const { items, next } = listPage(found, input, { keyOf: ({ id, key }) => `${id} ${key}`, range: [5, 1000] });
  const Tags = items.map(({ id, type, key, value }) => ({
    ResourceId: id,
    ResourceType: type as 'instance',
    Key: key,
    Value: value,
  }));
  return { Tags, ...(next !== undefined && { NextToken: next }) };
};
