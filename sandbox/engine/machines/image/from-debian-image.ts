import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { pack } from 'tar-fs';
import { followProgress } from '../docker/progress.ts';
import type { Recipe } from './recipe.ts';

const debian = 'debian:bookworm-slim';

/** A registry that does not answer by then is not there. */
const registryMs = 8000;

/** Whether Docker has the debian image or could fetch it. Docker answers once the registry did; layers may take their time. */
export async function pullDebian(docker: Dockerode, report: (line: string) => void): Promise<boolean> {
  if (await hasDebian(docker)) return true;
  try {
    const stream = await withDeadline(docker.pull(debian));
    await followProgress(docker, stream);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(`no registry in reach (${reason}), taking Debian's packages`);
    return false;
  }
}

const hasDebian = (docker: Dockerode) =>
  docker
    .getImage(debian)
    .inspect()
    .then(
      () => true,
      () => false,
    );

/** Builds the recipe's Dockerfile on the debian image. */
export async function buildFromDebianImage(
  docker: Dockerode,
  recipe: Recipe,
  report: (line: string) => void,
): Promise<void> {
  const context = Readable.from(pack(recipe.directory));
  const stream = await docker.buildImage(context, { t: recipe.tag, forcerm: true });
  await followProgress(docker, stream, (progress) => {
    const line = progress.stream?.trim();
    if (line !== undefined && /^(?:Step|Setting up docker\.io)/.test(line)) report(line);
  });
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), registryMs);
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        late.signal.addEventListener('abort', () => reject(new Error(`no answer within ${registryMs} ms`)));
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
