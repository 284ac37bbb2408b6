import type * as client from '@aws-sdk/client-auto-scaling';
import type { Group } from '../../engine/autoscaling/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { invalid } from './find.ts';

/** What Create and Update have in common. */
export type GroupInput = Partial<Omit<client.UpdateAutoScalingGroupType, 'AutoScalingGroupName'>>;

/** Subnets by id, or the default subnet of each zone. Throws `ValidationError`. */
export function readNetwork(engine: Engine, input: GroupInput): Group['subnets'] | undefined {
  const all = Object.values(engine.state.ec2.subnets);
  const ids = input.VPCZoneIdentifier?.split(',')
    .map((id) => id.trim())
    .filter(Boolean);
  const zones = input.AvailabilityZones;
  const found = ids?.map((id) => {
    const subnet = all.find((one) => one.id === id);
    if (!subnet) throw invalid(`The subnet ID '${id}' does not exist`);
    return subnet;
  });
  if (found?.some(({ zone }) => zones && !zones.includes(zone))) {
    throw invalid('The availability zones of the specified subnets and the AutoScalingGroup do not match');
  }
  const byZone = zones?.map((zone) => {
    const subnet = all.find((one) => one.zone === zone && one.defaultForAz);
    if (!subnet) throw invalid(`One or more of the specified Availability Zones [${zone}] have no default subnet`);
    return subnet;
  });
  return (found ?? byZone)?.map(({ id, zone }) => ({ subnetId: id, zone }));
}

/** Throws `ValidationError` for target groups that do not exist. */
export function checkTargetGroups(engine: Engine, arns: string[]): string[] {
  if (arns.some((arn) => !engine.state.elb.targetGroups[arn])) {
    throw invalid('Provided Target Groups may not be valid. Please ensure they exist and try again.');
  }
  return arns;
}

/** Throws `ValidationError` unless min <= desired <= max. */
export function checkSizes({ minSize, maxSize, desired }: Pick<Group, 'minSize' | 'maxSize' | 'desired'>): void {
  if (minSize < 0) throw invalid(`Min size ${minSize} must not be negative`);
  if (maxSize < minSize) {
    throw invalid(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
  }
  if (desired < minSize || desired > maxSize) {
    const bounds = `the specified min size:${minSize} and max size:${maxSize}`;
    throw invalid(`Desired capacity:${desired} must be between ${bounds}`);
  }
}

/** Those settings of a call that need no look at the world. */
export function readSettings(input: GroupInput): Partial<Group> {
  return defined({
    defaultCooldown: input.DefaultCooldown,
    healthCheckType: readHealthCheck(input.HealthCheckType),
    graceSeconds: atLeastZero(input.HealthCheckGracePeriod, 'HealthCheckGracePeriod'),
    protectNew: input.NewInstancesProtectedFromScaleIn,
    terminationPolicies: readPolicies(input.TerminationPolicies),
    maintenance: readMaintenance(input.InstanceMaintenancePolicy),
  });
}

/** Without the members that were not given. */
function defined<T extends object>(object: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

function readHealthCheck(type: string | undefined): Group['healthCheckType'] | undefined {
  if (type === undefined) return undefined;
  const types = type.split(',').map((one) => one.trim());
  if (types.some((one) => one !== 'EC2' && one !== 'ELB')) throw invalid(`Invalid health check type ${type}`);
  return types.includes('ELB') ? 'ELB' : 'EC2';
}

function atLeastZero(value: number | undefined, what: string): number | undefined {
  if (value !== undefined && value < 0) throw invalid(`${what} must not be negative, but is ${value}`);
  return value;
}

const knownPolicies = new Set(['Default', 'OldestInstance', 'NewestInstance', 'OldestLaunchTemplate']);

function readPolicies(policies: string[] | undefined): string[] | undefined {
  const unknown = policies?.find((policy) => !knownPolicies.has(policy));
  if (unknown !== undefined) throw invalid(`The sandbox has no termination policy '${unknown}'`);
  return policies?.length === 0 ? ['Default'] : policies;
}

function readMaintenance(policy: client.InstanceMaintenancePolicy | undefined): Group['maintenance'] {
  if (!policy) return undefined;
  const { MinHealthyPercentage: min = -1, MaxHealthyPercentage: max = -1 } = policy;
  if (min < 0 || min > 100 || max < 100 || max > 200 || max - min > 100) {
    throw invalid('MinHealthyPercentage must be 0-100 and MaxHealthyPercentage 100-200, at most 100 apart');
  }
  return { min, max };
}
