import { existsSync } from 'node:fs';
import { mkdir, readFile, statfs } from 'node:fs/promises';
import path from 'node:path';
import { failed, ok, warning, type Verdict } from '../../core/check.ts';
import type { Context } from '../../core/context.ts';
import type { Target } from '../../core/target.ts';
import { checkSource } from '../bundle.ts';
import { requireDocker } from '../image/docker.ts';

const GiB = 1024 ** 3;
const roomText = (bytes: number): string => `${(bytes / GiB).toFixed(1)} GiB are free`;

/** An image of a Meteor app with its build stage takes 1 to 2 GiB, and Docker keeps the layers of some. */
export function judgeDocker({ version, freeBytes }: { version: string; freeBytes: number | undefined }): Verdict {
  const room = freeBytes === undefined ? '' : `, ${roomText(freeBytes)}`;
  const what = `Docker ${version} runs${room}`;
  const remedy = 'make room: docker system prune';
  if (freeBytes !== undefined && freeBytes < GiB) return failed(what, remedy);
  return freeBytes !== undefined && freeBytes < 5 * GiB ? warning(what, remedy) : ok(what);
}

/** Throws `docker` as a deploy would. */
export async function checkDocker(ctx: Context): Promise<Verdict> {
  await requireDocker(ctx);
  const [{ Version: version }, info] = await Promise.all([
    ctx.docker.version(),
    ctx.docker.info() as Promise<{ DockerRootDir?: string }>,
  ]);
  // Docker Desktop's directory is in its own machine.
  const root = info.DockerRootDir;
  return judgeDocker({ version, freeBytes: root && existsSync(root) ? await freeBytes(root) : undefined });
}

/** A bundle takes 100 MiB and more, and three of them are kept. */
export function judgeDisk(directory: string, bytes: number): Verdict {
  const what = `${roomText(bytes)} for builds in ${directory}`;
  if (bytes < GiB / 4) return failed(what, 'make room on that disk');
  return bytes < 2 * GiB ? warning(what, 'make room on that disk') : ok(what);
}

export async function checkDisk(ctx: Context): Promise<Verdict> {
  await mkdir(ctx.cache, { recursive: true });
  return judgeDisk(ctx.cache, await freeBytes(ctx.cache));
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** What is known of the Meteor tool here, and of the app. */
export interface MeteorSeen {
  executable: string;
  /** What `meteor --version` prints; undefined when there is no such command. */
  version: string | undefined;
  /** `METEOR@3.0.4`. */
  appRelease: string;
}

export function judgeMeteor({ executable, version, appRelease }: MeteorSeen): Verdict {
  if (version !== undefined) return ok(`${version.trim() || executable}; the app is of ${appRelease}`);
  return failed(
    `there is no command "${executable}" here, the app is of ${appRelease}`,
    'install Meteor (npm install -g meteor), set build.executable, or deploy with --bundle',
  );
}

/** Throws `bundle` when there is nothing to deploy. */
export async function checkMeteor(ctx: Context, target: Target, options: { bundle?: string }): Promise<Verdict> {
  await checkSource(ctx, target, options);
  if (options.bundle !== undefined) return ok(`not needed: ${options.bundle} is a bundle`);
  const { executable } = target.build;
  const command = executable.includes('/') ? path.resolve(target.directory, executable) : executable;
  const { isMissing, stdout } = await ctx.sh(command, ['--version'], { cwd: target.directory, signal: ctx.signal });
  const appRelease = (await readFile(path.join(target.directory, '.meteor/release'), 'utf8')).trim();
  return judgeMeteor({ executable, version: isMissing ? undefined : stdout, appRelease });
}

/** `engines` of package.json. */
export function judgeNode(version: string): Verdict {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const what = `Node ${version}`;
  return major > 20 || (major === 20 && minor >= 19) ? ok(what) : failed(what, 'install Node 20.19 or newer');
}
