import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DeployError } from '../core/errors.ts';
import { describeIssues } from '../core/issues.ts';
import { readJson } from '../core/json-file.ts';
import type { Conversion } from '../core/mup/convert.ts';
import type { Row } from '../core/mup/walk.ts';
import { Settings, type WrittenSettings } from '../core/settings.ts';
import { schemaOf, type InitAnswers } from './init.ts';
import { placeConfiguration, placeEnv, placeIgnore, placeText, type Placed } from './init/place.ts';

export interface MupImport {
  app: string;
  region: string;
  environment: string;
  directory: string;
  isMeteor: boolean;
  rows: Row[];
  files: Placed[];
  /** Whether commands find it without being told its name. */
  isOnlyEnvironment: boolean;
}

/** What mup would have used, and what the user said. */
export interface MupSource {
  conversion: Conversion;
  /** mup's settings.json; it may be missing. */
  settingsFile: string;
  answers: InitAnswers;
}

/**
 * Writes what mup.js becomes into the directory of the app. What is there and says something else stays, and is told.
 * Twice is the same as once. Throws `usage` before anything is written.
 */
export async function initFromMup(
  directory: string,
  { conversion, settingsFile, answers }: MupSource,
): Promise<MupImport> {
  if (!existsSync(directory)) throw new DeployError('usage', `there is no directory ${directory}`);
  const { app, region, environment } = answers;
  const written = configurationOf(directory, answers, conversion);
  const settings = await readSettingsFile(settingsFile);
  const inApp = (name: string) => path.join(directory, name);
  const files: Placed[] = [
    await placeIgnore(directory),
    ...(settings.text === undefined ? [] : [await placeText(directory, `settings/${environment}.json`, settings.text)]),
    await placeEnv(directory, `settings/${environment}.env`, conversion.env),
  ];
  for (const [ending, text] of Object.entries(conversion.files)) {
    files.push(await placeText(directory, `settings/${environment}.${ending}`, Buffer.from(text)));
  }
  // Last: whoever is cut off before it can simply run it again.
  files.push(await placeConfiguration(directory, written, environment));
  return {
    app,
    region,
    environment,
    directory,
    isMeteor: existsSync(inApp('.meteor/release')),
    rows: [...conversion.rows.map((row) => named(row, conversion, answers)), settings.row],
    files,
    isOnlyEnvironment: (await environmentsOf(directory)).length === 1,
  };
}

/** With mup, two deployments of an app need two names; here they are environments of one. */
function named(row: Row, { app }: Conversion, answers: InitAnswers): Row {
  if (row.rule !== 'app.name' || app === undefined || app === answers.app) return row;
  return { ...row, outcome: 'mapped', why: `environment ${answers.environment} of the app "${answers.app}"` };
}

async function environmentsOf(directory: string): Promise<string[]> {
  const text = await readFile(path.join(directory, 'redeploy.json'), 'utf8');
  const { environments } = readJson('redeploy.json', text) as Partial<WrittenSettings>;
  return Object.keys(environments ?? {});
}

function configurationOf(directory: string, answers: InitAnswers, { blocks }: Conversion): WrittenSettings {
  const own = { instance: { type: 't3.small' }, fleet: { min: 2, max: 4 } };
  const merged = { ...own, ...blocks, instance: { ...own.instance, ...blocks['instance'] } };
  const settings = {
    $schema: schemaOf(directory),
    app: answers.app,
    region: answers.region,
    environments: { [answers.environment]: merged },
  };
  const checked = Settings.safeParse(settings, { reportInput: true });
  if (checked.success) return settings;
  throw new DeployError('usage', `this makes no redeploy.json\n${describeIssues(checked.error)}`, {
    hint: '--app, --region and --environment choose other names',
  });
}

/** Bytes, not text: the file is copied as it is. */
async function readSettingsFile(file: string): Promise<{ text?: Buffer; row: Row }> {
  const row = (outcome: Row['outcome'], why: string, value = ''): Row => ({
    key: path.basename(file),
    rule: undefined,
    value,
    outcome,
    why,
    isKnown: true,
  });
  const text = await readFile(file).catch(() => undefined);
  if (text === undefined) {
    return { row: row('needs you', `there is no ${file}; --settings names another, as in \`mup deploy --settings\``) };
  }
  try {
    readJson(path.basename(file), text.toString());
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    return { text, row: row('needs you', `copied as it is, but ${error.message}`, sizeOf(text)) };
  }
  return {
    text,
    row: row('carried', 'byte for byte; if git must not see its keys, add it to .gitignore', sizeOf(text)),
  };
}

const sizeOf = (text: Buffer): string => `${text.length} bytes`;

/** The configuration that is there, for what it already says about name and region. A directory holds one app. */
export async function readConfigured(
  directory: string,
  environment: string,
): Promise<Partial<Pick<InitAnswers, 'app' | 'region'>>> {
  const text = await readFile(path.join(directory, 'redeploy.json'), 'utf8').catch(() => undefined);
  const found = text === undefined ? undefined : readJson('redeploy.json', text);
  const { app, environments, region: general } = (found ?? {}) as Partial<WrittenSettings>;
  const region = environments?.[environment]?.region ?? general;
  return { ...(typeof app === 'string' && { app }), ...(typeof region === 'string' && { region }) };
}
