import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { settingsSchemaText } from '../../pipeline/core/settings/json-schema.ts';
import { settingsReference } from './settings-reference.ts';

// `npm run schema`, after a change of pipeline/core/settings.ts.
const root = path.resolve(import.meta.dirname, '../..');
writeFileSync(path.join(root, 'settings/settings.schema.json'), settingsSchemaText());
writeFileSync(path.join(root, 'docs/settings.md'), settingsReference());
