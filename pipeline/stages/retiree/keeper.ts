import type { Context } from '../../core/context.ts';
import type { Keeper } from '../../core/retire/machine.ts';
import type { Target } from '../../core/target.ts';
import { digitalOceanKeeper } from './digitalocean.ts';
import { ec2Keeper } from './ec2.ts';
import { elsewhereKeeper } from './elsewhere.ts';

const keepers = { ec2: ec2Keeper, digitalocean: digitalOceanKeeper, elsewhere: elsewhereKeeper };

/** What can be done to the old machine where it runs. */
export const keeperOf = (ctx: Context, target: Target): Keeper =>
  keepers[target.retire.kind ?? 'elsewhere'](ctx, target);
