import type Dockerode from 'dockerode';
import { unlessStatus } from '../docker/api-error.ts';
import { buildFromDebianImage, pullDebian } from './from-debian-image.ts';
import { buildFromPackages } from './from-packages.ts';
import { readRecipe } from './recipe.ts';

/**
 * The machine image that stands for Amazon Linux; made once per recipe, then found by its tag. Resolves with its id.
 * Made from Docker's debian image where that is here or can be pulled, else from Debian's packages (root on Debian).
 */
export async function ensureMachineImage(docker: Dockerode, report: (line: string) => void): Promise<string> {
  const recipe = await readRecipe();
  const found = await unlessStatus(docker.getImage(recipe.tag).inspect(), 404);
  if (found) return found.Id;
  const started = Date.now();
  report(`making the machine image ${recipe.tag} (once)`);
  if (await pullDebian(docker, report)) await buildFromDebianImage(docker, recipe, report);
  else await buildFromPackages(docker, recipe, report);
  const made = await docker.getImage(recipe.tag).inspect();
  const [seconds, megabytes] = [Math.round((Date.now() - started) / 1000), Math.round(made.Size / 1e6)];
  report(`machine image made in ${seconds} s, ${megabytes} MB`);
  return made.Id;
}
