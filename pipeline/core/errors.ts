/** Where an expected failure comes from. `settings` and `usage` exit with 2, `interrupted` with 130, all others with 1. */
export type ErrorCode =
  | 'settings'
  | 'usage'
  | 'interrupted'
  | 'credentials'
  | 'bundle'
  | 'docker'
  | 'image'
  | 'registry'
  | 'bake'
  | 'foundation'
  | 'fleet'
  | 'release'
  | 'traffic'
  | 'retire'
  | 'busy'
  | 'sandbox'
  | 'aws'
  | 'timeout';

/**
 * An expected failure. Message: lowercase, the offending value in it, no full stop. Hint: the next thing to type or to do.
 * `lines` are foreign words that explain it (last log lines of the app, of the bake, of `meteor build`).
 */
export class DeployError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly lines: readonly string[];

  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string; cause?: unknown; lines?: readonly string[] } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'DeployError';
    this.code = code;
    this.hint = more.hint;
    this.lines = more.lines ?? [];
  }
}

/** 0 is success; 1 expected failure, 2 settings or usage, 70 a bug of ours (EX_SOFTWARE), 130 interrupted. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof DeployError)) return 70;
  if (error.code === 'settings' || error.code === 'usage') return 2;
  return error.code === 'interrupted' ? 130 : 1;
}

/** Whether AWS answered with one of these error names. AWS errors are told apart by name, never by message text. */
export function isAwsError(error: unknown, ...names: string[]): error is Error {
  return error instanceof Error && names.includes(error.name);
}

/** One line about any thrown thing. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
