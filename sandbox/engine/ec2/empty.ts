import { defaultGroup, defaultRouteTable, defaultSubnets, defaultVpc } from './default-vpc.ts';
import type { Ec2State } from './state.ts';
import { stockImages, stockSnapshots } from './stock.ts';

/** A fresh account: the default VPC over three zones, and Amazon's images. */
export const emptyEc2 = (region: string): Ec2State => ({
  vpcs: { [defaultVpc.id]: structuredClone(defaultVpc) },
  subnets: defaultSubnets(region),
  routeTables: { [defaultRouteTable.id]: structuredClone(defaultRouteTable) },
  vpcEndpoints: {},
  securityGroups: { [defaultGroup.id]: structuredClone(defaultGroup) },
  instances: {},
  volumes: {},
  snapshots: stockSnapshots(),
  images: stockImages(),
  launchTemplates: {},
  addresses: {},
  tokens: {},
});
