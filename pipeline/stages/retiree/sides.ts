import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf } from '../../core/names.ts';
import type { Dossier } from '../../core/retire/evidence.ts';
import type { Keeper, OldMachine } from '../../core/retire/machine.ts';
import type { Balancer } from '../../core/dns.ts';
import type { Target } from '../../core/target.ts';
import type { Sides } from './compare.ts';
import { readDossier } from './dossier.ts';
import { keeperOf } from './keeper.ts';

/** Old machine and new balancer, as every step of the retirement needs them. */
export interface Both {
  keeper: Keeper;
  machine: OldMachine;
  balancer: Balancer & { arn: string };
  dossier: Dossier;
  /** Where the two answer; the old side is empty once the machine has no address. */
  sides: Sides;
}

/** Looks at both. Throws `settings` when none is to be retired, `retire` when there is no new balancer yet. */
export async function findBoth(ctx: Context, target: Target): Promise<Both> {
  if (target.retire.kind === undefined) {
    throw new DeployError('settings', 'redeploy.json names no old load balancer: retire.kind is unset', {
      hint: 'docs/retire.md has an example',
    });
  }
  const keeper = keeperOf(ctx, target);
  const dossier = await readDossier(ctx, target);
  // Once it is terminated nothing but its id leads to it.
  const [machine, balancer] = await Promise.all([keeper.find(dossier.terminate?.machine), findNew(ctx, target)]);
  const old = target.retire.address ?? machine.address ?? dossier.stop?.facts.address ?? '';
  return { keeper, machine, balancer, dossier, sides: { old, new: balancer.dnsName } };
}

async function findNew(ctx: Context, target: Target): Promise<Both['balancer']> {
  const { balancer: name } = namesOf(target);
  try {
    const { LoadBalancers } = await ctx.aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: [name] }));
    const {
      LoadBalancerArn: arn = '',
      DNSName: dnsName = '',
      CanonicalHostedZoneId: zoneId = '',
    } = LoadBalancers?.[0] ?? {};
    return { arn, dnsName, zoneId };
  } catch (error) {
    if (!isAwsError(error, 'LoadBalancerNotFoundException')) throw error;
    throw new DeployError('retire', `there is no new load balancer ${name} yet`, {
      hint: 'run `redeploy deploy`: the old one goes when the new one serves',
      cause: error,
    });
  }
}
