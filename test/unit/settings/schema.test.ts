import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Settings } from '../../../pipeline/core/settings.ts';
import { settingsSchemaText } from '../../../pipeline/core/settings/json-schema.ts';
import { settingsReference } from '../../support/settings-reference.ts';

const root = path.resolve(import.meta.dirname, '../../..');

test('the schema for editors is that of the settings; if not, run `npm run schema`', async () => {
  expect(await readFile(path.join(root, 'settings/settings.schema.json'), 'utf8')).toBe(settingsSchemaText());
});

test('the reference page tells every key of the settings; if not, run `npm run schema`', async () => {
  expect(await readFile(path.join(root, 'docs/settings.md'), 'utf8')).toBe(settingsReference());
});

interface Node {
  description?: string;
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
}

/** Keys that no editor could explain. */
function undescribed({ properties = {}, additionalProperties }: Node, at = ''): string[] {
  const found = Object.entries(properties).flatMap(([key, child]) =>
    (child.description ? [] : [`${at}${key}`]).concat(undescribed(child, `${at}${key}.`)),
  );
  return typeof additionalProperties === 'object' ? found.concat(undescribed(additionalProperties, `${at}*.`)) : found;
}

test('every key is explained to the editor, in environments too', () => {
  const schema = JSON.parse(settingsSchemaText()) as Node;
  expect(undescribed(schema)).toEqual([]);
  expect(schema.properties?.['environments']?.additionalProperties).toHaveProperty('properties.fleet.properties.min');
});

test('the sample app is configured by the same rules', async () => {
  const file = path.join(root, 'test/fixtures/app/redeploy.json');
  expect(Settings.safeParse(JSON.parse(await readFile(file, 'utf8'))).success).toBe(true);
});
