import type * as client from '@aws-sdk/client-auto-scaling';
import type { Group, GroupTag } from '../../engine/autoscaling/state.ts';
import type { Operations } from '../service.ts';
import { findGroup, invalid } from './find.ts';
import { page } from './page.ts';
import { tagShapes } from './shape.ts';

/** Tags of a Create call. Throws `ValidationError` for reserved keys, for keys given twice and for other groups' tags. */
export function readTags(tags: client.Tag[], groupName: string): GroupTag[] {
  const keys = new Set<string>();
  return tags.map(({ Key = '', Value = '', PropagateAtLaunch = false, ResourceId }) => {
    if (/^aws:/i.test(Key)) throw invalid(`The tag key '${Key}' is reserved for AWS use`);
    if (keys.has(Key)) throw invalid(`Duplicate tag key found: ${Key}`);
    if (ResourceId !== undefined && ResourceId !== groupName) {
      throw invalid(`The resource id ${ResourceId} of a tag must be the name of the group, ${groupName}`);
    }
    keys.add(Key);
    return { key: Key, value: Value, propagate: PropagateAtLaunch };
  });
}

function put(group: Group, tag: GroupTag): void {
  group.tags = [...group.tags.filter(({ key }) => key !== tag.key), tag];
}

const tests: Record<string, (tag: client.TagDescription, values: string[]) => boolean> = {
  'auto-scaling-group': ({ ResourceId = '' }, values) => values.includes(ResourceId),
  key: ({ Key = '' }, values) => values.includes(Key),
  value: ({ Value = '' }, values) => values.includes(Value),
  'propagate-at-launch': ({ PropagateAtLaunch }, values) => values.includes(String(PropagateAtLaunch)),
};

export const tagOperations: Operations<typeof client> = {
  CreateOrUpdateTags: ({ Tags }, { engine }) => {
    const changes = Tags.map((tag) => {
      const group = findGroup(engine, tag.ResourceId ?? '');
      return { group, tags: readTags([tag], group.name) };
    });
    for (const { group, tags } of changes) for (const tag of tags) put(group, tag);
  },

  DeleteTags: ({ Tags }, { engine }) => {
    for (const { ResourceId = '', Key } of Tags) {
      const group = findGroup(engine, ResourceId);
      group.tags = group.tags.filter(({ key }) => key !== Key);
    }
  },

  DescribeTags: (input, { engine }) => {
    const tags = Object.values(engine.state.autoscaling.groups)
      .flatMap(tagShapes)
      .filter((tag) =>
        (input.Filters ?? []).every(({ Name = '', Values = [] }) => {
          const test = tests[Name];
          if (!test) throw invalid(`Filter type ${Name} is not correct. Allowed: ${Object.keys(tests).join(', ')}`);
          return test(tag, Values);
        }),
      );
    const { items, ...rest } = page(tags, input);
    return { Tags: items, ...rest };
  },
};
