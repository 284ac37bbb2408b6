import { z } from 'zod';

/** A name of an environment variable, or a JSON Pointer (RFC 6901) to a place in Meteor's settings. */
const place = z
  .string()
  .regex(
    /^(?:[A-Za-z_]\w*|(?:\/(?:[^~/]|~[01])+)+)$/,
    "use the name of a variable, such as MAIL_URL, or a place in Meteor's settings, such as /private/stripe/key",
  )
  .refine((text) => !text.split('/').includes('__proto__'), '__proto__ is no key');

const stored = z
  .string()
  .regex(
    /^(?:secretsmanager:(?!#)[A-Za-z0-9/_+=.@:-]+(?:#.+)?|ssm:\/?[A-Za-z0-9/_.:-]+)$/,
    'a reference looks like secretsmanager:shop/mail, secretsmanager:shop/mail#password or ssm:/shop/mail-url',
  );

const command = z
  .strictObject({
    command: z
      .array(z.string().min(1))
      .min(1)
      .describe('Program and arguments, run without a shell in the directory of redeploy.json; prints the value'),
  })
  .describe('A command that prints the value, such as {"command": ["op", "read", "op://shop/mail/url"]}');

/** Where a value comes from that stands in no file. */
export const Reference = z.union([stored, command], {
  error: 'use secretsmanager:<name or ARN>[#key], ssm:<name>, or {"command": ["program", "argument", …]}',
});
export type Reference = z.output<typeof Reference>;

export const secrets = z
  .record(place, Reference)
  .describe(
    'Values that stand in no file: variables (MAIL_URL) and places in the settings (/private/key) by where they come from: secretsmanager:<name or ARN>[#key], ssm:<name>, or a command; docs/secrets.md',
  );

/** A reference in its parts. */
export type Source =
  | { kind: 'secret'; id: string; key: string | undefined }
  | { kind: 'parameter'; name: string }
  | { kind: 'command'; command: readonly string[] };

/** Takes a checked reference apart. Names of secrets have no #, so the first one begins the key. */
export function sourceOf(reference: Reference): Source {
  if (typeof reference !== 'string') return { kind: 'command', command: reference.command };
  if (reference.startsWith('ssm:')) return { kind: 'parameter', name: reference.slice('ssm:'.length) };
  const [id = '', ...rest] = reference.slice('secretsmanager:'.length).split('#');
  return { kind: 'secret', id, key: rest.length === 0 ? undefined : rest.join('#') };
}

/** A reference as people read it. */
export const wordsOf = (reference: Reference): string =>
  typeof reference === 'string' ? reference : `command ${reference.command.join(' ')}`;
