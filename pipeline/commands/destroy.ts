import type { Context } from '../core/context.ts';
import { removalCommands, removalScript } from '../core/destruction.ts';
import { policyTargetsOf } from '../core/policy.ts';
import { readSettings } from '../core/read-target.ts';
import type { Target } from '../core/target.ts';
import { findBelongings } from '../stages/belongings.ts';

/** How an environment is removed. Plain JSON. */
export interface Destruction {
  app: string;
  environment: string;
  region: string;
  account: string;
  /** Lines of the AWS command line, in order; `again` before one that AWS refuses until others have taken effect. */
  commands: string[];
  /** The same as a script, with what stays. */
  script: string[];
}

/**
 * Prints what removes the environment from AWS, and removes nothing: who deploys is not allowed to (docs/permissions.md), and
 * nobody shall take a fleet away by a slip of the hand. Run again after the script was cut off, it names what is left.
 */
export async function destroy(ctx: Context, target: Target): Promise<Destruction> {
  const { app, environment, region, directory } = target;
  const others = policyTargetsOf(await readSettings(directory))
    .filter((other) => other.region === region && other.environment !== environment)
    .map((other) => Object.assign({}, target, { environment: other.environment }));
  const found = await findBelongings(ctx, target, others);
  const commands = removalCommands(found);
  const script = removalScript(target, found, commands);
  return { app, environment, region, account: found.account, commands, script };
}
