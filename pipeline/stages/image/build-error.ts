import { DeployError } from '../../core/errors.ts';
import type { BuildLog } from './build-log.ts';

/** What a failed build means for the user. Read from words of Docker, npm and compilers: none of them has error codes. */
export function buildError(failure: NonNullable<ReturnType<BuildLog['failure']>>, platform: string) {
  const { message, step, lines } = failure;
  const words = [message, ...lines].join('\n');
  if (/no space left on device/i.test(words)) {
    const hint = 'docker system df shows what fills it, docker builder prune empties the build cache';
    return new DeployError('docker', "docker's disk is full", { hint, lines });
  }
  const exit = /exit code: (\d+)/.exec(message)?.[0];
  const what = step && exit ? `${step} ended with ${exit}` : message;
  const hint = hintFor(words, platform);
  return new DeployError('image', `the image cannot be built: ${what}`, { lines, ...(hint !== undefined && { hint }) });
}

const hintFor = (words: string, platform: string): string | undefined =>
  [
    [
      /exec format error/i,
      `this Docker cannot run ${platform}: install QEMU (tonistiigi/binfmt) or build on such a machine`,
    ],
    [/exit code: 137\b/, 'the step was killed, most likely for lack of memory: give Docker more'],
    [
      /gyp ERR! find Python|(make|g\+\+|cc): (command )?not found|not found: make/,
      'image.buildBase needs python3, make and g++',
    ],
    [/self.signed certificate|unable to get (local )?issuer/i, "name the proxy's certificate in image.caBundle"],
    [/\b(E401|E403|ENEEDAUTH)\b/, 'npm wants a login: name an .npmrc in image.npmrc'],
  ]
    .map(([pattern, hint]) => ((pattern as RegExp).test(words) ? (hint as string) : undefined))
    .find((hint) => hint !== undefined);
