import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import type { Target } from '../../core/target.ts';

/** The last line of every script: without it the output was cut. */
const endMark = 'redeploy: end of output';

/** Whether scripts can be run on the old machine; else the user is shown what to do. */
export const canReach = ({ retire }: Target): boolean => retire.shell !== undefined;

/**
 * Runs a shell script as root on the old machine, through `retire.shell`, and resolves with what it printed. Scripts must
 * stand being run twice. Throws `retire` with its last lines when it fails.
 */
export async function runOnOld(ctx: Context, target: Target, script: string): Promise<string> {
  const [file = '', ...before] = target.retire.shell ?? [];
  const whole = `set -eu\n${script}\necho '${endMark}'`;
  const { exitCode, stdout, isMissing } = await ctx.sh(file, [...before, whole], {
    cwd: target.directory,
    signal: ctx.signal,
  });
  if (isMissing) throw new DeployError('settings', `retire.shell: there is no program "${file}"`);
  const lines = stdout.trimEnd().split('\n');
  if (exitCode === 0 && lines.at(-1) === endMark) return lines.slice(0, -1).join('\n');
  const how = exitCode === 0 ? 'was cut short' : `ended with ${exitCode}`;
  throw new DeployError('retire', `"${file}" on the old machine ${how}`, {
    lines: lines.filter(Boolean).slice(-10),
    hint: 'see what it said above; nothing else was changed',
  });
}
