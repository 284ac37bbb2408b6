import type * as client from '@aws-sdk/client-auto-scaling';
import type { Mix, TemplateRef } from '../../engine/autoscaling/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { invalid } from './find.ts';
import { readTemplate } from './read-template.ts';

type Policy = client.MixedInstancesPolicy;
export interface Launches {
  template: TemplateRef;
  mix: Mix | undefined;
}

/** "You can specify up to 40 instance types" (mixed-instances-groups-set-up-overview.html). */
const mostTypes = 40;

/** API_InstancesDistribution.html */
const defaults = {
  OnDemandAllocationStrategy: 'prioritized',
  OnDemandBaseCapacity: 0,
  OnDemandPercentageAboveBaseCapacity: 100,
  SpotAllocationStrategy: 'lowest-price',
  SpotInstancePools: 2,
};

/** What a launch template or a mixed instances policy asks for; undefined when neither is given. Throws `ValidationError`. */
export function readLaunches(
  engine: Engine,
  given: {
    LaunchTemplate?: client.LaunchTemplateSpecification | undefined;
    MixedInstancesPolicy?: Policy | undefined;
  },
  subnetId: string,
): Launches | undefined {
  const { LaunchTemplate, MixedInstancesPolicy: policy } = given;
  if (LaunchTemplate && policy)
    throw invalid('Valid requests must contain either LaunchTemplate or MixedInstancesPolicy');
  if (policy) return readPolicy(engine, policy, subnetId);
  return LaunchTemplate && { template: readTemplate(engine, LaunchTemplate, { subnetId }), mix: undefined };
}

function readPolicy(engine: Engine, policy: Policy, subnetId: string): Launches {
  const { LaunchTemplateSpecification: specification, Overrides = [] } = policy.LaunchTemplate ?? {};
  if (!specification) throw invalid('A mixed instances policy needs a launch template');
  const types = Overrides.map((override) => typeOf(override));
  if (types.length > mostTypes) throw invalid(`At most ${mostTypes} instance types can be specified`);
  const twice = types.find((type, at) => types.indexOf(type) !== at);
  if (twice !== undefined) throw invalid(`The instance type ${twice} is specified more than once`);
  const [template] = (types.length > 0 ? types : [undefined]).map((instanceType) =>
    readTemplate(engine, specification, { subnetId, instanceType }),
  );
  if (!template) throw invalid('A mixed instances policy needs a launch template');
  return { template, mix: { types, distribution: readDistribution(policy.InstancesDistribution) } };
}

/** Weights, templates of their own and attributes are more than the sandbox can honour. */
function typeOf({ InstanceType, ...more }: client.LaunchTemplateOverrides): string {
  const strange = Object.entries(more).find(([, value]) => value !== undefined);
  if (strange) throw invalid(`The sandbox has no overrides with ${strange[0]}`);
  if (InstanceType === undefined) throw invalid('An override needs an InstanceType');
  return InstanceType;
}

function readDistribution(given: client.InstancesDistribution = {}): client.InstancesDistribution {
  const distribution = { ...defaults, ...given };
  if (distribution.OnDemandPercentageAboveBaseCapacity !== 100) throw invalid('The sandbox has no Spot Instances');
  if (distribution.OnDemandAllocationStrategy !== 'prioritized')
    throw invalid('The sandbox has the strategy prioritized only');
  return distribution;
}
