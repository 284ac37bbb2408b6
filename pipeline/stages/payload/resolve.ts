import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { sourceOf, wordsOf, type Source } from '../../core/references.ts';
import { throwIfInterrupted } from '../../core/report.ts';
import { Secret } from '../../core/secret.ts';
import type { Target } from '../../core/target.ts';

/** The value behind a reference, or why there is none. */
export interface Resolved {
  value?: Secret;
  mistake?: string;
}

/** Password managers may ask for a fingerprint; whoever does not answer is not there. */
const commandTakesAtMostMs = 60_000;

/** Reads what `secrets.<name>` refers to. Only what the user can mend is a mistake; no credentials, no network are thrown. */
export async function resolve(ctx: Context, target: Target, name: string): Promise<Resolved> {
  const reference = target.secrets[name];
  if (reference === undefined) return { mistake: `secrets.${name} is no reference` };
  const found = await valueOf(ctx, target, sourceOf(reference));
  return 'why' in found
    ? { mistake: `secrets.${name} (${wordsOf(reference)}): ${found.why}` }
    : { value: new Secret(found.text) };
}

type Found = { text: string } | { why: string };

async function valueOf(ctx: Context, target: Target, source: Source): Promise<Found> {
  const found = await textOf(ctx, target, source);
  if ('why' in found) return found;
  if (found.text.includes('\0')) return { why: 'it has a NUL character, which no variable can carry' };
  return found.text === '' ? { why: 'it is empty' } : found;
}

async function textOf(ctx: Context, target: Target, source: Source): Promise<Found> {
  if (source.kind === 'command') return await run(ctx, target, source.command);
  try {
    return source.kind === 'secret' ? await readSecret(ctx, target, source) : await readParameter(ctx, source.name);
  } catch (error) {
    const why = whyNot(source, target, error);
    if (why === undefined) throw error;
    return { why };
  }
}

async function readSecret(ctx: Context, target: Target, source: Source & { kind: 'secret' }): Promise<Found> {
  const region = /^arn:aws[\w-]*:secretsmanager:([^:]+):/.exec(source.id)?.[1];
  if (region !== undefined && region !== target.region)
    return { why: `it is in ${region}, and this environment in ${target.region}; replicate it there` };
  const { SecretString } = await ctx.aws.secretsManager.send(new GetSecretValueCommand({ SecretId: source.id }));
  if (SecretString === undefined) return { why: 'the secret holds bytes, no text' };
  return source.key === undefined ? { text: SecretString } : valueUnder(SecretString, source.key);
}

function valueUnder(text: string, key: string): Found {
  const value = recordOf(text)?.[key];
  if (typeof value === 'string') return { text: value };
  if (typeof value === 'number' || typeof value === 'boolean') return { text: String(value) };
  return {
    why: `the secret is no JSON object with a text under "${key}"; see it with \`aws secretsmanager get-secret-value\``,
  };
}

function recordOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // The engine's words would quote the text.
    return undefined;
  }
}

async function readParameter(ctx: Context, name: string): Promise<Found> {
  const { Parameter } = await ctx.aws.ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
  return { text: Parameter?.Value ?? '' };
}

/** What the user can mend; undefined for everything else. */
function whyNot(source: Source, { region }: Target, error: unknown): string | undefined {
  const service = source.kind === 'secret' ? 'secretsmanager:GetSecretValue' : 'ssm:GetParameter';
  if (isAwsError(error, 'ResourceNotFoundException', 'ParameterNotFound'))
    return `there is none in ${region}; create it, or correct the name`;
  if (isAwsError(error, 'AccessDeniedException', 'AccessDenied'))
    return `you may not read it; allow yourself ${service} (and kms:Decrypt, if it has a key of its own)`;
  if (isAwsError(error, 'DecryptionFailure', 'InvalidKeyId'))
    return 'its KMS key does not decrypt it for you; allow yourself kms:Decrypt';
  if (isAwsError(error, 'InvalidRequestException')) return 'it is scheduled for deletion; restore it, or name another';
  return undefined;
}

/** What it printed on both streams is shown nowhere: half of it is the secret. One line end is not part of a value. */
async function run(ctx: Context, { directory }: Target, command: readonly string[]): Promise<Found> {
  const [file = '', ...args] = command;
  const late = new AbortController();
  const done = new AbortController();
  const timer = ctx.clock.sleep(commandTakesAtMostMs, done.signal).then(
    () => late.abort(),
    () => undefined,
  );
  const signal = AbortSignal.any([ctx.signal, late.signal]);
  const { exitCode, stdout, isMissing } = await ctx.sh(file, args, { cwd: directory, signal });
  done.abort();
  await timer;
  throwIfInterrupted(ctx.signal);
  const advice = `run it in ${directory} to see why`;
  if (late.signal.aborted) return { why: `it did not end within ${commandTakesAtMostMs / 1000} s; ${advice}` };
  if (isMissing) return { why: `there is no command "${file}" here; install it, or name it by its path` };
  return exitCode === 0 ? { text: stdout } : { why: `it ended with exit code ${exitCode}; ${advice}` };
}
