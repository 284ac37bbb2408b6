import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DeployError } from '../errors.ts';
import { readJson } from '../json-file.ts';
import type { Target } from '../target.ts';
import { readEnvText } from './env-text.ts';
import { findJsonLosses } from './json-losses.ts';
import { mistakesInVariable } from './variable.ts';

/** What the files of an environment say, and all that is wrong with them. */
export interface FilesRead {
  /** Meteor's settings; undefined when the environment has none. */
  settings: Record<string, unknown> | undefined;
  env: Record<string, string>;
  /** File, line, name and remedy; never a value. */
  mistakes: string[];
}

/** Reads settings file, env file and its companion `<env file>.json`, and refuses what would arrive otherwise than written. */
export async function readFiles(target: Target): Promise<FilesRead> {
  const mistakes: string[] = [];
  const { settingsFile = '' } = target;
  // A file that is named and missing is a mistake in redeploy.json.
  const settings = existsSync(settingsFile) ? await readObject(target, settingsFile, mistakes) : undefined;
  const envFile = target.envFile ?? path.join(target.directory, 'settings', `${target.environment}.env`);
  const isJson = envFile.endsWith('.json');
  const fromText = isJson || !existsSync(envFile) ? {} : await readVariables(target, envFile, mistakes);
  const companion = isJson ? envFile : `${envFile}.json`;
  const written = existsSync(companion) ? await readObject(target, companion, mistakes) : undefined;
  const fromJson = Object.entries(written ?? {});
  const name = nameOf(target, companion);
  mistakes.push(
    ...fromJson.flatMap(([key, value]) => mistakesInVariable(key, value).map((line) => `${name}: ${line}`)),
  );
  for (const [key] of fromJson.filter(([key]) => Object.hasOwn(fromText, key)))
    mistakes.push(`${name}: ${key} is in ${nameOf(target, envFile)}, too; keep one of them`);
  const env = { ...fromText, ...(Object.fromEntries(fromJson) as Record<string, string>) };
  return { settings, env, mistakes };
}

async function readObject(
  target: Target,
  file: string,
  mistakes: string[],
): Promise<Record<string, unknown> | undefined> {
  const name = nameOf(target, file);
  const text = await readText(target, file, mistakes);
  if (text === undefined) return undefined;
  try {
    const value = readJson(name, text);
    mistakes.push(...findJsonLosses(text).map((line) => `${name} ${line}`));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    mistakes.push(`${name} holds no JSON object; settings look like {"public": {…}, "private": {…}}`);
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    mistakes.push(`${error.message}; ${error.hint}`);
  }
  return undefined;
}

async function readVariables(target: Target, file: string, mistakes: string[]): Promise<Record<string, string>> {
  const text = await readText(target, file, mistakes);
  const reading = readEnvText(text ?? '');
  mistakes.push(...reading.mistakes.map((line) => `${nameOf(target, file)} ${line}`));
  return reading.values;
}

/** Bytes that are no UTF-8 would become question marks, in a password for instance. */
async function readText(target: Target, file: string, mistakes: string[]): Promise<string | undefined> {
  const bytes = await readFile(file);
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
  mistakes.push(`${nameOf(target, file)} line ${line}: it is no UTF-8; save the file in that encoding`);
  return undefined;
}

/** As people name it: relative to redeploy.json. */
const nameOf = (target: Target, file: string): string => {
  const relative = path.relative(target.directory, file);
  return relative.startsWith('..') ? file : relative;
};
