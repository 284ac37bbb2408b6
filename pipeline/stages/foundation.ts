import { accountOf } from '../core/account.ts';
import type { Change, Left } from '../core/act.ts';
import { publicUrl } from '../core/address.ts';
import type { Context } from '../core/context.ts';
import { namesOf } from '../core/names.ts';
import type { World } from '../core/observe.ts';
import type { Payload } from '../core/payload.ts';
import type { Outcome } from '../core/report.ts';
import type { Target } from '../core/target.ts';
import { planCertificate } from './certificate.ts';
import { planDomain } from './domain.ts';
import {
  balancerChanges,
  balancerSubnets,
  ensureBalancer,
  findWholeBalancer,
  leftOfBalancer,
  type Balancer,
} from './foundation/balancer.ts';
import { ensureLogGroup, findLogGroup, logGroupChanges } from './foundation/logs.ts';
import { findNetwork, type Network } from './foundation/network.ts';
import { ensureRoles, findRoles, leftOfRoles, roleChanges, type Roles } from './foundation/roles.ts';
import { ensureSecret, ensureSettingsVersion, findSecret, secretChanges } from './foundation/secret.ts';
import {
  ensureSecurityGroups,
  findSecurityGroups,
  securityGroupChanges,
  type SecurityGroups,
} from './foundation/security-groups.ts';
import { findTargetGroup, targetGroupChanges } from './foundation/target-group.ts';

/** What every release of an environment stands on. Everything in it is kept from release to release. */
export interface Foundation {
  network: Network;
  securityGroups: SecurityGroups;
  roles: Roles;
  balancer: Balancer;
  secretArn: string;
  /** Version of the secret that holds this deploy's settings and env. */
  settingsVersion: string;
}

/**
 * Makes sure that network, security groups, roles, secret, log group and balancer are as the settings say.
 * What is there and right is left alone. Throws `foundation` where it cannot be.
 */
export async function ensureFoundation(
  ctx: Context,
  target: Target,
  wanted: { payload: Payload; world: World },
): Promise<Outcome<Foundation>> {
  const account = await accountOf(ctx);
  const network = await findNetwork(ctx, target);
  const [securityGroups, secretArn] = await Promise.all([
    ensureSecurityGroups(ctx, target, network),
    ensureSecret(ctx, target),
  ]);
  const [roles, balancer] = await Promise.all([
    ensureRoles(ctx, target, account),
    ensureBalancer(ctx, target, { network, securityGroup: securityGroups.balancer, world: wanted.world }),
    ensureLogGroup(ctx, target),
  ]);
  const settingsVersion = await ensureSettingsVersion(ctx, secretArn, {
    payload: wanted.payload,
    rootUrl: publicUrl(target, balancer.dnsName) ?? balancer.url,
    needed: settingsInUse(wanted.world),
  });
  return {
    value: { network, securityGroups, roles, balancer, secretArn, settingsVersion },
    detail: balancer.url,
  };
}

/** What `ensureFoundation` would do, and what a release can be made of before it has done it. */
export interface FoundationPlan {
  changes: Change[];
  left: Left[];
  /** Undefined where something has to be made first. */
  securityGroup: string | undefined;
  secretArn: string | undefined;
  settingsVersion: string | undefined;
  instanceProfile: string;
  network: Network;
}

/** Looks at the same things as `ensureFoundation` and decides by the same functions. Only reads; throws as that does. */
export async function planFoundation(
  ctx: Context,
  written: Target,
  wanted: { payload: Payload; world: World },
): Promise<FoundationPlan> {
  const { target, changes: certificate } = await planCertificate(ctx, written);
  const names = await planDomain(ctx, target, wanted.world.balancer?.arn);
  const [account, network, secret, targetGroup, balancer, logGroup] = await Promise.all([
    accountOf(ctx),
    findNetwork(ctx, target),
    findSecret(ctx, target),
    findTargetGroup(ctx, target),
    findWholeBalancer(ctx, target),
    findLogGroup(ctx, target),
  ]);
  const [securityGroups, roles] = await Promise.all([
    findSecurityGroups(ctx, target, network),
    findRoles(ctx, target, account),
  ]);
  const settings = secretChanges(target, secret, {
    payload: wanted.payload,
    rootUrl: publicUrl(target, balancer?.dnsName),
    needed: settingsInUse(wanted.world),
  });
  return {
    changes: [
      ...certificate,
      ...securityGroupChanges(target, securityGroups),
      ...roleChanges(target, roles),
      ...targetGroupChanges(target, targetGroup, network.vpc),
      ...balancerChanges(target, balancer, {
        targetGroup: targetGroup?.group.TargetGroupArn,
        subnets: balancerSubnets(network, balancer, wanted.world),
      }),
      ...logGroupChanges(target, logGroup),
      ...settings.changes,
      ...names,
    ],
    left: [...leftOfRoles(roles), ...leftOfBalancer(target, balancer)],
    securityGroup: securityGroups.app?.GroupId,
    secretArn: secret?.ARN,
    settingsVersion: settings.settingsVersion,
    instanceProfile: namesOf(target).appRole,
    network,
  };
}

/** Settings of the live release, then of the others, newest first. */
function settingsInUse({ fleet, releases }: World): string[] {
  const live = releases.filter((release) => release.name === fleet?.live);
  return [...new Set([...live, ...releases].map((release) => release.settingsVersion))];
}
