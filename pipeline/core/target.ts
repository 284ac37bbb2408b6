import type { Architecture } from './architecture.ts';
import type { Reference } from './references.ts';
import type { Blocks } from './settings.ts';

/** One environment of one app with everything decided: what the whole pipeline works with. */
export interface Target extends Blocks {
  app: string;
  environment: string;
  region: string;
  /** Directory of redeploy.json, which is the app's source directory. */
  directory: string;
  /** Absolute; undefined when the environment has none. */
  settingsFile: string | undefined;
  envFile: string | undefined;
  /** Variables and places in the settings whose values stand in no file. */
  secrets: Record<string, Reference>;
  architecture: Architecture;
  tags: Record<string, string>;
}
