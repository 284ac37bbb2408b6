import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { settingsSchemaText } from '../../pipeline/core/settings/json-schema.ts';
import { mupReference } from './mup-reference.ts';
import { settingsReference } from './settings-reference.ts';

// `npm run schema`, after a change of pipeline/core/settings.ts or of pipeline/core/mup/rules.
const root = path.resolve(import.meta.dirname, '../..');
writeFileSync(path.join(root, 'settings/settings.schema.json'), settingsSchemaText());
writeFileSync(path.join(root, 'docs/settings.md'), settingsReference());
writeFileSync(path.join(root, 'docs/from-mup.md'), mupReference());
