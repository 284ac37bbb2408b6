import type { LaunchPart } from '../../engine/ec2/launch-request.ts';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, need, needPassRole, needTags, type Need, type Resource } from '../authorize/need.ts';
import { ec2Resource } from './resource.ts';

/**
 * What launching takes: RunInstances on everything that the machine is made of, CreateTags on what is tagged as it is made,
 * PassRole for its profile. A group asks for the same of whoever gives it a launch template
 * (ec2-auto-scaling-launch-template-permissions.html).
 */
export function needLaunch(engine: Engine, launch: LaunchPart): Need[] {
  const made = ['instance', 'volume', 'network-interface'] as const;
  const fresh = made.map((type) => freshResource(engine, type, launch.tags?.[type]));
  const used = [launch.imageId, launch.launchTemplate?.id, subnetOf(engine, launch), ...groupsOf(engine, launch)];
  const role = roleOf(engine, launch);
  return [
    need('ec2:RunInstances', ...fresh, ...used.map((id) => (id === undefined ? id : ec2Resource(engine, id)))),
    ...fresh.flatMap((resource) =>
      needTags('ec2:CreateTags', { ...resource, keys: { 'ec2:CreateAction': 'RunInstances' } }),
    ),
    ...(role === undefined ? [] : [needPassRole(engine, role, 'ec2.amazonaws.com')]),
  ];
}

const freshResource = (engine: Engine, type: string, requestTags: Record<string, string> | undefined): Resource => ({
  arn: arnOf(engine, 'ec2', `${type}/*`),
  ...(requestTags && { requestTags }),
});

/** A launch that names none is in a default subnet of the account's. */
function subnetOf({ state }: Engine, { subnetId, zone }: LaunchPart): string | undefined {
  const isThere = (one: { defaultForAz: boolean; zone: string }) =>
    one.defaultForAz && (zone === undefined || one.zone === zone);
  return subnetId ?? Object.values(state.ec2.subnets).find(isThere)?.id;
}

function groupsOf({ state }: Engine, { securityGroupIds }: LaunchPart): string[] {
  return (
    securityGroupIds ??
    Object.values(state.ec2.securityGroups).flatMap((one) => (one.name === 'default' ? [one.id] : []))
  );
}

function roleOf({ state }: Engine, { iamInstanceProfile }: LaunchPart): string | undefined {
  if (!iamInstanceProfile) return undefined;
  const { arn, name } = iamInstanceProfile;
  return Object.values(state.iam.instanceProfiles).find((one) => one.arn === arn || one.name === name)?.roles[0];
}
