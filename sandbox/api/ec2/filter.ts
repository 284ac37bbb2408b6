import type { Filter } from '@aws-sdk/client-ec2';
import type { Tags } from '../../engine/ec2/state.ts';
import { AwsError } from '../error.ts';

type Value = string | number | boolean | undefined;

/** What a kind of record can be filtered by: filter name -> its value, or its values (then one has to match). */
export type Fields<T> = Record<string, (record: T) => Value | Value[]>;

/** "If you specify multiple filters, they are joined with AND"; values of one with OR; 200 values at most. */
const mostValues = 200;

/**
 * Keeps the records that match all filters. Values may hold `*` and `?` (Using_Filtering.html); every record with tags
 * can be filtered by `tag:KEY`, `tag-key` and `tag-value` too. Throws `InvalidParameterValue` for filters it does not know.
 */
export function applyFilters<T extends object>(records: T[], filters: Filter[] | undefined, fields: Fields<T>): T[] {
  let kept = records;
  for (const { Name = '', Values = [] } of filters ?? []) {
    if (Values.length > mostValues) {
      throw new AwsError('FilterLimitExceeded', `The maximum length for filter '${Name}' is ${mostValues} values`);
    }
    const read = reader(Name, fields);
    const matchers = Values.map(matcher);
    kept = kept.filter((record) => {
      const values = [read(record)].flat().filter((value) => value !== undefined);
      return values.some((value) => matchers.some((matches) => matches(String(value))));
    });
  }
  return kept;
}

function reader<T extends object>(name: string, fields: Fields<T>): (record: T) => Value | Value[] {
  const field = fields[name];
  if (field) return field;
  if (name.startsWith('tag:')) return (record) => tagsOf(record)[name.slice('tag:'.length)];
  if (name === 'tag-key') return (record) => Object.keys(tagsOf(record));
  if (name === 'tag-value') return (record) => Object.values(tagsOf(record));
  throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
}

const tagsOf = (record: object): Tags => ('tags' in record ? (record.tags as Tags) : {});

/** `*` any characters, `?` one, backslash takes both literally. */
function matcher(pattern: string): (text: string) => boolean {
  const source = pattern.replaceAll(/\\?[\s\S]/g, (part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    return (part.length > 1 ? part.slice(1) : part).replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  });
  const expression = new RegExp(`^${source}$`);
  return (text) => expression.test(text);
}
