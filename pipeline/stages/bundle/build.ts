import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { throwIfInterrupted } from '../../core/report.ts';
import type { Target } from '../../core/target.ts';
import { meteorBuildArguments } from './arguments.ts';

/** Lines of the tool's output that an error shows. */
const keep = 40;

/** Runs `meteor build` in the app's directory into `out`. Throws `bundle` with the tool's last lines. */
export async function runMeteorBuild(ctx: Context, target: Target, out: string): Promise<void> {
  const { executable } = target.build;
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    if (lines.length > keep) lines.shift();
    ctx.report({ kind: 'output', line });
  };
  const { exitCode, isMissing } = await ctx.sh(commandOf(target), meteorBuildArguments(target, out), {
    cwd: target.directory,
    env: { METEOR_HEADLESS: '1' },
    onLine,
    signal: ctx.signal,
  });
  throwIfInterrupted(ctx.signal);
  if (isMissing) {
    throw new DeployError('bundle', `there is no command "${executable}" here`, {
      hint: 'install Meteor (npm install -g meteor), set build.executable, or hand in a bundle made elsewhere with --bundle',
    });
  }
  if (exitCode === 0) return;
  const hint = hintFor(target, lines.join('\n'));
  const message = `${executable} build ended with exit code ${exitCode}`;
  throw new DeployError('bundle', message, { lines, ...(hint !== undefined && { hint }) });
}

/** A path is relative to the app, a bare name is looked up in PATH. */
const commandOf = ({ build, directory }: Target): string =>
  build.executable.includes('/') ? path.resolve(directory, build.executable) : build.executable;

function hintFor({ directory }: Target, output: string): string | undefined {
  // Words of Meteor: it has no error codes.
  if (output.includes('--allow-superuser')) return 'as root, Meteor wants build.allowSuperuser: true in redeploy.json';
  const hasModules = existsSync(path.join(directory, 'node_modules'));
  if (!hasModules && output.includes('Cannot find module'))
    return `install its npm packages: cd ${directory} && meteor npm ci`;
  return undefined;
}
