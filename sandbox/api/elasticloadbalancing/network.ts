import type { Engine } from '../../engine/engine.ts';
import type { LoadBalancer } from '../../engine/elb/state.ts';
import { AwsError } from '../error.ts';
import { invalid } from './validation.ts';

interface SubnetInput {
  Subnets?: string[] | undefined;
  SubnetMappings?: { SubnetId?: string | undefined }[] | undefined;
}

/** Subnets of a load balancer with their zones: at least two, each in a zone of its own. */
export function readSubnets(engine: Engine, input: SubnetInput): { subnets: LoadBalancer['subnets']; vpcId: string } {
  const found = subnetIds(input).map((id) => {
    const subnet = engine.state.ec2.subnets[id];
    if (!subnet) throw new AwsError('SubnetNotFound', `The subnet ID '${id}' does not exist`);
    return subnet;
  });
  const zones = new Set(found.map(({ zone }) => zone));
  if (found.length < 2) {
    throw invalid('At least two subnets in two different Availability Zones must be specified');
  }
  if (zones.size < found.length) {
    const text = 'A load balancer cannot be attached to multiple subnets in the same Availability Zone';
    throw new AwsError('InvalidConfigurationRequest', text);
  }
  const vpcId = found[0]?.vpcId ?? '';
  if (found.some((subnet) => subnet.vpcId !== vpcId)) {
    throw new AwsError('InvalidConfigurationRequest', 'All subnets must belong to the same VPC');
  }
  return { subnets: found.map(({ id, zone }) => ({ subnetId: id, zone })), vpcId };
}

function subnetIds({ Subnets, SubnetMappings }: SubnetInput): string[] {
  if (Subnets && SubnetMappings) throw invalid('You cannot specify both subnets and subnet mappings');
  return Subnets ?? SubnetMappings?.map(({ SubnetId }) => SubnetId ?? '') ?? [];
}

/** The given security groups, or the VPC's default one. Throws `InvalidSecurityGroup`, `InvalidConfigurationRequest`. */
export function checkSecurityGroups(engine: Engine, vpcId: string, ids: string[] = []): string[] {
  const { securityGroups } = engine.state.ec2;
  for (const id of ids) {
    const group = securityGroups[id];
    if (!group) throw new AwsError('InvalidSecurityGroup', `Security group '${id}' does not exist`);
    if (group.vpcId !== vpcId) {
      throw new AwsError('InvalidConfigurationRequest', 'One or more security groups are invalid');
    }
  }
  if (ids.length > 0) return ids;
  return Object.values(securityGroups)
    .filter((one) => one.vpcId === vpcId && one.name === 'default')
    .map(({ id }) => id);
}
