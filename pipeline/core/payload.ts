import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'dotenv';
import { DeployError } from './errors.ts';
import { readJson } from './json-file.ts';
import { Secret } from './secret.ts';
import type { Target } from './target.ts';

/** What the app gets at run time: Meteor's settings and environment variables. Travels as one secret, never otherwise. */
export interface Payload {
  /** Meteor's settings; undefined when the environment has none. */
  settings: Secret<unknown> | undefined;
  env: Secret<Record<string, string>>;
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html: 65,536 bytes a value. */
const limitBytes = 65_536;

/** Variables that the machine decides; setting them would break the release. */
const reserved = new Set(['PORT', 'METEOR_SETTINGS', 'BIND_IP']);

/** Reads settings and env file of the environment. Throws `settings`; no value ever appears in a message. */
export async function readPayload(target: Target): Promise<Payload> {
  const settings = target.settingsFile && readJson(target.settingsFile, await readFile(target.settingsFile, 'utf8'));
  if (target.settingsFile && (typeof settings !== 'object' || settings === null || Array.isArray(settings))) {
    throw new DeployError('settings', `${target.settingsFile} holds no JSON object`, {
      hint: 'Meteor settings look like {"public": {…}, "private": {…}}',
    });
  }
  const env = target.envFile ? parse(await readFile(target.envFile, 'utf8')) : {};
  const mistakes = Object.keys(env).flatMap((name) => mistakeIn(name) ?? []);
  if (mistakes.length > 0) throw new DeployError('settings', `${target.envFile}: ${mistakes.join('; ')}`);
  const payload = { settings: settings ? new Secret<unknown>(settings) : undefined, env: new Secret(env) };
  // ROOT_URL of a balancer that does not exist yet: its name takes at most 128 characters.
  const bytes = Buffer.byteLength(documentOf(payload, 'x'.repeat(128)).reveal());
  if (bytes > limitBytes) {
    const message = `settings and env of ${target.environment} are ${bytes} bytes together; Secrets Manager takes ${limitBytes}`;
    throw new DeployError('settings', message, {
      hint: 'move large values (templates, certificates) into files of the app or into a bucket',
    });
  }
  return payload;
}

/**
 * The document that Secrets Manager keeps and start.mjs reads: `{"env": {…}, "settings": …}`, ASCII only.
 * Meteor exits without ROOT_URL, so the balancer's own address serves until the user sets the real one.
 */
export const documentOf = (payload: Payload, rootUrl: string): Secret =>
  new Secret(
    asciiJson({
      env: { ROOT_URL: rootUrl, ...payload.env.reveal() },
      ...(payload.settings && { settings: payload.settings.reveal() }),
    }),
  );

/** Version id of a document in its secret: same content, same id. Salted with the ARN's random end. */
export const versionOf = (document: Secret, secretArn: string): string =>
  createHash('sha256').update(secretArn).update('\0').update(document.reveal()).digest('hex');

const mistakeIn = (name: string): string | undefined =>
  reserved.has(name)
    ? `${name} is set by the machine; remove it${name === 'PORT' ? ' (instance.port is the key)' : ''}`
    : undefined;

/** JSON with everything outside ASCII escaped: no locale between here and the app can change it. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
