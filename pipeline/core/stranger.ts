import { DeployError } from './errors.ts';
import { tagKeys } from './names.ts';
import type { Target } from './target.ts';

/** Names are plain: another app (`a` in `b-c`, `a-b` in `c`) or somebody else may have taken one before. */
export const isOurs = (
  { app, environment }: Pick<Target, 'app' | 'environment'>,
  tags: Record<string, string> = {},
): boolean => tags[tagKeys.app] === app && tags[tagKeys.environment] === environment;

/** Throws `foundation` when the tags of `what` name another environment, or none. */
export function refuseStranger(target: Target, what: string, tags: Record<string, string>): void {
  if (isOurs(target, tags)) return;
  const { [tagKeys.app]: app, [tagKeys.environment]: environment } = tags;
  const whose = app === undefined ? 'was not made by redeploy' : `is of app "${app}", environment "${environment}"`;
  throw new DeployError('foundation', `${what} exists and ${whose}`, {
    hint: 'choose another app or environment name in redeploy.json',
  });
}
