import { createHash } from 'node:crypto';
import { DeployError } from './errors.ts';
import { readFiles } from './payload/read-files.ts';
import { mistakesInEnv } from './payload/rules.ts';
import { Secret } from './secret.ts';
import type { Target } from './target.ts';

/** What the app gets at run time: Meteor's settings and environment variables. Travels as one secret, never otherwise. */
export interface Payload {
  /** Meteor's settings; undefined when the environment has none. */
  settings: Secret<unknown> | undefined;
  env: Secret<Record<string, string>>;
}

/** A payload as its files have it: what redeploy.json only refers to is not in it yet. */
export interface WrittenPayload {
  written: Payload;
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html: 65,536 bytes a value. */
const limitBytes = 65_536;

/** ROOT_URL of a balancer that does not exist yet: its name takes at most 128 characters. */
const longestAddress = 'x'.repeat(128);

/** Reads settings and env files of the environment. Throws `settings` with all mistakes; no value ever appears in a message. */
export async function readWrittenPayload(target: Target): Promise<WrittenPayload> {
  const { written, mistakes } = await look(target);
  refuse(target, mistakes);
  return { written };
}

/** All that is wrong in settings and env files, told together with what is wrong in redeploy.json. */
export const mistakesInFiles = async (target: Target): Promise<string[]> => (await look(target)).mistakes;

async function look(target: Target): Promise<WrittenPayload & { mistakes: string[] }> {
  const { settings, env, mistakes } = await readFiles(target);
  const written = { settings: settings && new Secret<unknown>(settings), env: new Secret(env) };
  // Of variables that were not all understood, size says little.
  const more = mistakes.length > 0 ? mistakesInEnv(env, target) : mistakesIn(target, written);
  return { written, mistakes: [...mistakes, ...more] };
}

/** Throws `settings` with all that is wrong. */
export function refuse(target: Target, mistakes: readonly string[]): void {
  if (mistakes.length === 0) return;
  const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
  const lines = mistakes.map((line) => `  ${line}`).join('\n');
  throw new DeployError('settings', `${count} in settings and env of ${target.environment}\n${lines}`, {
    hint: 'docs/secrets.md shows how to write every value',
  });
}

/** What is wrong with a payload as a whole: variables that cannot work, and more than a secret can hold. */
export const mistakesIn = (target: Target, payload: Payload): string[] => [
  ...mistakesInEnv(payload.env.reveal(), target),
  ...tooLarge(payload),
];

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

/** Says who takes the room. Linux's own limit (128 KiB a variable) is out of reach below this one. */
function tooLarge(payload: Payload): string[] {
  const bytes = documentOf(payload, longestAddress).reveal().length;
  if (bytes <= limitBytes) return [];
  const settings = payload.settings?.reveal();
  const parts: [string, number][] = [
    ...(settings === undefined ? [] : [["Meteor's settings", asciiJson(settings).length] as [string, number]]),
    ...Object.entries(payload.env.reveal()).map(([name, value]): [string, number] => [name, asciiJson(value).length]),
  ];
  const largest = parts
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, size]) => `${name} ${size}`);
  return [
    `they are ${bytes} bytes together as they are stored (a quote takes 2, a character outside ASCII 6), and Secrets Manager takes ${limitBytes}; the largest: ${largest.join(', ')}; move large values (templates, certificates) into files of the app or into a bucket`,
  ];
}

/** JSON with everything outside ASCII escaped: no locale between here and the app can change it. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
