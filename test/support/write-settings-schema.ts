import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { settingsSchemaText } from '../../pipeline/core/settings/json-schema.ts';

// `npm run schema`, after a change of pipeline/core/settings.ts.
writeFileSync(path.resolve(import.meta.dirname, '../../settings/settings.schema.json'), settingsSchemaText());
