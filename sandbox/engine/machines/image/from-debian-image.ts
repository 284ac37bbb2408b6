import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { pack } from 'tar-fs';
import type { Recipe } from './recipe.ts';

const debian = 'debian:bookworm-slim';

/** A registry that does not answer by then is not there. */
const registryMs = 8000;

/** Whether Docker has the debian image or could fetch it. Layers may take their time once the registry has answered. */
export async function pullDebian(docker: Dockerode, report: (line: string) => void): Promise<boolean> {
  if (await hasDebian(docker)) return true;
  try {
    const stream = await withDeadline(docker.pull(debian));
    await withDeadline(firstLine(stream));
    await follow(docker, stream, () => {});
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
  await follow(docker, stream, report);
}

interface Progress {
  stream?: string;
  error?: string;
}

function follow(docker: Dockerode, stream: NodeJS.ReadableStream, report: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const finished = (error: Error | null) => (error ? reject(error) : resolve());
    docker.modem.followProgress(stream, finished, (progress: Progress) => {
      const line = progress.stream?.trim();
      if (line !== undefined && /^(?:Step|Setting up docker\.io)/.test(line)) report(line);
    });
  });
}

/** Docker answers a pull at once and then talks to the registry. */
const firstLine = (stream: NodeJS.ReadableStream) =>
  new Promise<void>((resolve, reject) => {
    stream.once('readable', () => resolve());
    stream.once('error', reject);
  });

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
