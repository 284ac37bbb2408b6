import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { endMark } from '../../core/retire/sealed.ts';
import type { Target } from '../../core/target.ts';
import { findManaged, runCommand } from './reach/run-command.ts';

/** A script for the old machine: POSIX sh, run as root. It must stand being run twice. */
interface OldScript {
  /** Id of the machine. */
  machine: string;
  script: string;
  /** How long it may take. */
  forSeconds?: number;
}

/** Why no script can be run on the old machine now; undefined when one can. */
export async function findObstacle(ctx: Context, { retire }: Target, machine: string): Promise<string | undefined> {
  if (retire.shell !== undefined) return undefined;
  if (retire.kind !== 'ec2') return 'retire.shell is unset';
  const managed = await findManaged(ctx, machine);
  if (managed.isOnline) return undefined;
  return `retire.shell is unset, and ${managed.why}`;
}

/** What to do about it. */
export const remedy = ({ retire }: Target): string =>
  retire.kind === 'ec2'
    ? 'give the instance a role with AmazonSSMManagedInstanceCore and a running SSM agent, or name retire.shell, such as ["ssh", "root@lb"]'
    : 'name retire.shell, such as ["ssh", "root@lb"]';

/**
 * Runs a script on the old machine, through `retire.shell` or else through Run Command of Systems Manager, and resolves with
 * what it printed. Throws `retire` with its last lines when it fails, and when nothing leads there.
 */
export async function runOnOld(ctx: Context, target: Target, on: OldScript): Promise<string> {
  if (target.retire.shell !== undefined) return await throughShell(ctx, target, on.script);
  const obstacle = await findObstacle(ctx, target, on.machine);
  if (obstacle !== undefined) throw noWay(target, obstacle);
  return await runCommand(ctx, { forSeconds: 120, ...on });
}

export const noWay = (target: Target, obstacle: string): DeployError =>
  new DeployError('retire', `nothing can be run on the old machine: ${obstacle}`, { hint: remedy(target) });

async function throughShell(ctx: Context, target: Target, script: string): Promise<string> {
  const [file = '', ...before] = target.retire.shell ?? [];
  const whole = `set -eu\n${script}\necho '${endMark}'`;
  const said: string[] = [];
  const { exitCode, stdout, isMissing } = await ctx.sh(file, [...before, whole], {
    cwd: target.directory,
    signal: ctx.signal,
    onLine: (line) => void said.push(line),
  });
  if (isMissing) throw new DeployError('settings', `retire.shell: there is no program "${file}"`);
  const lines = stdout.trimEnd().split('\n');
  if (exitCode === 0 && lines.at(-1) === endMark) return lines.slice(0, -1).join('\n');
  const how = exitCode === 0 ? 'was cut short' : `ended with ${exitCode}`;
  throw new DeployError('retire', `"${file}" on the old machine ${how}`, {
    lines: (said.length > 0 ? said : lines).filter(Boolean).slice(-10),
    hint: 'see what it said above; nothing else was changed',
  });
}
