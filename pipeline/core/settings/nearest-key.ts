import { settingsSchema } from './json-schema.ts';

/** As far as keys are told from it. */
interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
}

/** The key of redeploy.json that was meant by `name` at that place, if one is close: two letters off at most. */
export function nearestKey(at: readonly PropertyKey[], name: string): string | undefined {
  const known = Object.keys(schemaAt(at).properties ?? {});
  const near = known
    .map((key) => ({ key, off: distance(key, name) }))
    .filter(({ key, off }) => off <= 2 && off < key.length / 2);
  return near.toSorted((one, other) => one.off - other.off)[0]?.key;
}

function schemaAt(at: readonly PropertyKey[]): Schema {
  let schema = settingsSchema() as Schema;
  for (const key of at) schema = schema.properties?.[String(key)] ?? (schema.additionalProperties as Schema) ?? {};
  return schema;
}

/** Letters that are wrong, missing, too many, or swapped with the next one (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j += 1) {
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const change = cell(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      rows[i]?.push(
        Math.min(change, cell(i - 1, j) + 1, cell(i, j - 1) + 1, isSwap ? cell(i - 2, j - 2) + 1 : Infinity),
      );
    }
  }
  return cell(a.length, b.length);
}
