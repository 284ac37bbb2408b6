import type { Context } from '../../core/context.ts';
import { DeployError, messageOf } from '../../core/errors.ts';

/** API of Docker 20.10: the first whose own BuildKit frontend knows `RUN --mount`. */
const oldestApi = 1.41;

/** Throws `docker`, saying how to start it, when Docker does not answer or is too old for BuildKit mounts. */
export async function requireDocker(ctx: Pick<Context, 'docker'>): Promise<void> {
  const version = await ctx.docker.version().catch((error: unknown) => {
    throw new DeployError('docker', `docker does not answer: ${messageOf(error)}`, {
      hint: hintFor(error),
      cause: error,
    });
  });
  // 1.5 is newer than 1.41 in nobody's numbering: both parts are integers, and the first has always been 1.
  const minor = Number(version.ApiVersion.split('.')[1]);
  if (minor >= Number(String(oldestApi).split('.')[1])) return;
  throw new DeployError('docker', `docker ${version.Version} is too old`, { hint: 'install Docker 20.10 or newer' });
}

function hintFor(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') {
    return 'your user may not use Docker: sudo usermod -aG docker "$USER", then log in again';
  }
  return process.platform === 'linux'
    ? 'start it: sudo systemctl start docker (or set DOCKER_HOST if it runs elsewhere)'
    : 'start Docker Desktop (or set DOCKER_HOST if Docker runs elsewhere)';
}
