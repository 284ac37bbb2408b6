import type { RouteTableRecord } from './routes.ts';
import type { SecurityGroupRecord, SubnetRecord, VpcRecord } from './state.ts';

/** The VPC that every account has in every region, with an internet gateway and one main route table. */
export const defaultVpc: VpcRecord = { id: 'vpc-0d1fa017000000001', cidr: '172.31.0.0/16', isDefault: true, tags: {} };
export const defaultGatewayId = 'igw-0d1fa017000000001';
/** Of all VPCs of the account, as of the default VPC (DHCP_OPTIONS of the VPC user guide). */
export const defaultDhcpOptionsId = 'dopt-0d1fa017000000001';

export const defaultRouteTable: RouteTableRecord = {
  id: 'rtb-0d1fa017000000001',
  vpcId: defaultVpc.id,
  isMain: true,
  subnetIds: [],
  routes: [{ cidr: '0.0.0.0/0', to: defaultGatewayId }],
  tags: {},
};

/** Lets its own members in and everything out, as AWS makes it with each VPC. */
export const defaultGroup: SecurityGroupRecord = {
  id: 'sg-0d1fa017000000001',
  name: 'default',
  description: 'default VPC security group',
  vpcId: defaultVpc.id,
  rules: [
    {
      id: 'sgr-0d1fa017000000001',
      egress: false,
      protocol: '-1',
      fromPort: -1,
      toPort: -1,
      groupId: 'sg-0d1fa017000000001',
      tags: {},
    },
    {
      id: 'sgr-0d1fa017000000002',
      egress: true,
      protocol: '-1',
      fromPort: -1,
      toPort: -1,
      cidr: '0.0.0.0/0',
      tags: {},
    },
  ],
  tags: {},
};

/** One /20 subnet in each of the zones a, b and c: 172.31.0.0, 172.31.16.0, 172.31.32.0. */
export function defaultSubnets(region: string): Record<string, SubnetRecord> {
  const subnets: Record<string, SubnetRecord> = {};
  for (const [index, letter] of ['a', 'b', 'c'].entries()) {
    const id = `subnet-0d1fa01700000000${letter}`;
    subnets[id] = {
      id,
      vpcId: defaultVpc.id,
      zone: `${region}${letter}`,
      zoneId: `${zoneIdPrefix(region)}-az${index + 1}`,
      cidr: `172.31.${index * 16}.0/20`,
      defaultForAz: true,
      lastHost: 3,
      tags: {},
    };
  }
  return subnets;
}

/** `eu-central-1` -> `euc1`, as AWS abbreviates regions in zone ids. */
function zoneIdPrefix(region: string): string {
  const [area = '', direction = '', number = ''] = region.split('-');
  const short =
    { northeast: 'ne', southeast: 'se', northwest: 'nw', southwest: 'sw' }[direction] ?? direction.slice(0, 1);
  return `${area}${short}${number}`;
}
