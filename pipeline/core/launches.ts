import type {
  InstancesDistribution,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import { namesOf } from './names.ts';
import type { Release } from './release.ts';
import type { Target } from './target.ts';

/** What machines are launched from, as groups and instance refreshes have it: one of the two. */
export interface Launches {
  LaunchTemplate?: LaunchTemplateSpecification | undefined;
  MixedInstancesPolicy?: MixedInstancesPolicy | undefined;
}

const specificationOf = ({ LaunchTemplate, MixedInstancesPolicy }: Launches): LaunchTemplateSpecification | undefined =>
  MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? LaunchTemplate;

/** A number, or `$Latest` and `$Default` where somebody used the console. */
export const versionOf = (launches: Launches | undefined): string | undefined =>
  launches && specificationOf(launches)?.Version;

/** On demand alone, and the first type that there is room for (allocation-strategies.html). */
const distribution = {
  OnDemandAllocationStrategy: 'prioritized',
  OnDemandBaseCapacity: 0,
  OnDemandPercentageAboveBaseCapacity: 100,
} satisfies InstancesDistribution;

/**
 * How a group launches a release. A group that has a mixed instances policy keeps it, with one type if need be: AWS does not say
 * what becomes of it when a refresh names a launch template alone (API_DesiredConfiguration.html).
 */
export function launchesOf(
  target: Target,
  { number, types }: Pick<Release, 'number' | 'types'>,
  isMixed: boolean,
): Launches {
  const template = { LaunchTemplateName: namesOf(target).launchTemplate, Version: String(number) };
  if (types.length < 2 && !isMixed) return { LaunchTemplate: template };
  const Overrides = types.map((InstanceType) => ({ InstanceType }));
  return {
    MixedInstancesPolicy: {
      LaunchTemplate: { LaunchTemplateSpecification: template, Overrides },
      InstancesDistribution: distribution,
    },
  };
}

/** Whether it launches the types of a release in their order, on demand: somebody may have changed them by hand. */
export function launchesTypes({ MixedInstancesPolicy: policy }: Launches, types: readonly string[]): boolean {
  if (!policy) return types.length === 1;
  const { Overrides = [] } = policy.LaunchTemplate ?? {};
  const isPlain = Overrides.every((one) => Object.values(one).filter((value) => value !== undefined).length === 1);
  const found = Overrides.map(({ InstanceType }) => InstanceType);
  const isOnDemand = Object.entries(distribution).every(
    ([key, value]) => policy.InstancesDistribution?.[key as keyof typeof distribution] === value,
  );
  return isPlain && isOnDemand && found.join(' ') === types.join(' ');
}

/** `t3.small`, or `t3.small, else t3a.small`. */
export const typesText = (types: readonly string[]): string => types.join(', else ');
