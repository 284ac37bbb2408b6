import path from 'node:path';
import { meteorArchitecture } from '../../core/architecture.ts';
import type { Target } from '../../core/target.ts';

/** Arguments of `meteor` that build the app of this target as a directory `out`/bundle. */
export function meteorBuildArguments(
  { architecture, build, directory }: Pick<Target, 'architecture' | 'build' | 'directory'>,
  out: string,
): string[] {
  return [
    'build',
    out,
    '--directory',
    '--architecture',
    meteorArchitecture[architecture],
    ...(build.serverOnly ? ['--server-only'] : []),
    ...(build.debug ? ['--debug'] : []),
    ...(build.server === undefined ? [] : ['--server', build.server]),
    ...(build.mobileSettings === undefined ? [] : ['--mobile-settings', path.resolve(directory, build.mobileSettings)]),
    ...(build.allowIncompatibleUpdate ? ['--allow-incompatible-update'] : []),
    ...(build.allowSuperuser ? ['--allow-superuser'] : []),
  ];
}
