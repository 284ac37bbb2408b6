import { z } from 'zod';
import { Settings } from '../settings.ts';

/** The schema of redeploy.json as it is written, for editors. Draft 7: what every editor understands. */
export const settingsSchema = (): object => ({
  $id: 'https://unpkg.com/meteor-redeploy/settings/settings.schema.json',
  title: 'redeploy.json',
  ...z.toJSONSchema(Settings, { io: 'input', target: 'draft-7' }),
});

/** The text of settings/settings.schema.json. */
export const settingsSchemaText = (): string => `${JSON.stringify(settingsSchema(), undefined, 2)}\n`;
