import type Dockerode from 'dockerode';
import type { Context } from '../../core/context.ts';
import type { Architecture } from '../../core/architecture.ts';

/** Architecture in the words of `docker image inspect`. */
export const dockerArchitecture = { x86_64: 'amd64', arm64: 'arm64' } as const satisfies Record<Architecture, string>;

/** An image in the local Docker, by tag; undefined when it is not there. */
export async function inspectImage(
  ctx: Pick<Context, 'docker'>,
  name: string,
): Promise<Dockerode.ImageInspectInfo | undefined> {
  try {
    return await ctx.docker.getImage(name).inspect();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}
