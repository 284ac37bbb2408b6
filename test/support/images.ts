import Dockerode from 'dockerode';
import { ensureMachineImage } from '../../sandbox/engine/machines/image/build.ts';
import { ensureBaseImage } from './base-image.mjs';

/** Vitest calls it once before the tests on real machines: files that begin at the same time would make the images twice. */
export async function setup(): Promise<void> {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  await ensureBaseImage({ log });
  await ensureMachineImage(new Dockerode(), log);
}
