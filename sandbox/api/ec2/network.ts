import { freeAddressCount, mapsPublicIp } from '../../engine/ec2/address.ts';
import { defaultDhcpOptionsId, defaultGatewayId } from '../../engine/ec2/default-vpc.ts';
import { lookUp } from '../../engine/ec2/resources.ts';
import type { SubnetRecord, VpcRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { applyFilters, type Fields } from './filter.ts';
import type { Ec2Handler } from './handler.ts';
import { listPage } from './listing.ts';
import { tagList } from './tag-form.ts';

export const describeVpcs: Ec2Handler<'DescribeVpcs'> = (input, { engine }) => {
  const { vpcs } = engine.state.ec2;
  const { VpcIds } = input;
  const all = VpcIds?.length ? VpcIds.map((id) => lookUp(vpcs, 'vpc', id)) : Object.values(vpcs);
  const { items, next } = listPage(applyFilters(all, input.Filters, vpcFields(engine)), input, {
    keyOf: ({ id }) => id,
    range: [5, 1000],
  });
  const Vpcs = items.map((vpc) => ({
    VpcId: vpc.id,
    CidrBlock: vpc.cidr,
    CidrBlockAssociationSet: [
      {
        AssociationId: vpc.id.replace('vpc-', 'vpc-cidr-assoc-'),
        CidrBlock: vpc.cidr,
        CidrBlockState: { State: 'associated' as const },
      },
    ],
    IsDefault: vpc.isDefault,
    State: 'available' as const,
    OwnerId: engine.state.account,
    InstanceTenancy: 'default' as const,
    DhcpOptionsId: defaultDhcpOptionsId,
    Tags: tagList(vpc.tags),
  }));
  return { Vpcs, ...(next !== undefined && { NextToken: next }) };
};

const vpcFields = (engine: Engine): Fields<VpcRecord> => ({
  cidr: ({ cidr }) => cidr,
  'is-default': ({ isDefault }) => isDefault,
  isDefault: ({ isDefault }) => isDefault,
  'owner-id': () => engine.state.account,
  state: () => 'available',
  'vpc-id': ({ id }) => id,
});

export const describeSubnets: Ec2Handler<'DescribeSubnets'> = (input, { engine }) => {
  const { subnets } = engine.state.ec2;
  const { SubnetIds } = input;
  const all = SubnetIds?.length ? SubnetIds.map((id) => lookUp(subnets, 'subnet', id)) : Object.values(subnets);
  const { items, next } = listPage(applyFilters(all, input.Filters, subnetFields(engine)), input, {
    keyOf: ({ id }) => id,
    range: [5, 1000],
  });
  const { account, region } = engine.state;
  const Subnets = items.map((subnet) => ({
    SubnetId: subnet.id,
    SubnetArn: `arn:aws:ec2:${region}:${account}:subnet/${subnet.id}`,
    VpcId: subnet.vpcId,
    CidrBlock: subnet.cidr,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: subnet.zoneId,
    AvailableIpAddressCount: freeAddressCount(engine, subnet),
    DefaultForAz: subnet.defaultForAz,
    MapPublicIpOnLaunch: mapsPublicIp(subnet),
    AssignIpv6AddressOnCreation: false,
    EnableDns64: false,
    Ipv6Native: false,
    PrivateDnsNameOptionsOnLaunch: hostNames,
    State: 'available' as const,
    OwnerId: account,
    Tags: tagList(subnet.tags),
  }));
  return { Subnets, ...(next !== undefined && { NextToken: next }) };
};

/** Of machines in subnets without IPv6 (API_PrivateDnsNameOptionsOnLaunch.html). */
const hostNames = {
  HostnameType: 'ip-name' as const,
  EnableResourceNameDnsARecord: false,
  EnableResourceNameDnsAAAARecord: false,
};

const subnetFields = (engine: Engine): Fields<SubnetRecord> => ({
  'availability-zone': ({ zone }) => zone,
  availabilityZone: ({ zone }) => zone,
  'availability-zone-id': ({ zoneId }) => zoneId,
  'available-ip-address-count': (subnet) => freeAddressCount(engine, subnet),
  'cidr-block': ({ cidr }) => cidr,
  'default-for-az': ({ defaultForAz }) => defaultForAz,
  defaultForAz: ({ defaultForAz }) => defaultForAz,
  'map-public-ip-on-launch': mapsPublicIp,
  'owner-id': () => engine.state.account,
  state: () => 'available',
  'subnet-id': ({ id }) => id,
  'vpc-id': ({ vpcId }) => vpcId,
});

export const describeAvailabilityZones: Ec2Handler<'DescribeAvailabilityZones'> = (input, { engine }) => {
  const { region } = engine.state;
  const all = Object.values(engine.state.ec2.subnets).filter(({ defaultForAz }) => defaultForAz);
  const missing = input.ZoneNames?.find((name) => !all.some(({ zone }) => zone === name));
  if (missing !== undefined) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${missing}]`);
  const { ZoneNames, ZoneIds } = input;
  const wanted = all
    .filter(({ zone }) => !ZoneNames?.length || ZoneNames.includes(zone))
    .filter(({ zoneId }) => !ZoneIds?.length || ZoneIds.includes(zoneId));
  const found = applyFilters(wanted, input.Filters, {
    'region-name': () => region,
    state: () => 'available',
    'zone-id': ({ zoneId }) => zoneId,
    'zone-name': ({ zone }) => zone,
    'zone-type': () => 'availability-zone',
    'opt-in-status': () => 'opt-in-not-required',
  });
  const AvailabilityZones = found.map(({ zone, zoneId }) => ({
    ZoneName: zone,
    ZoneId: zoneId,
    RegionName: region,
    GroupName: region,
    NetworkBorderGroup: region,
    ZoneType: 'availability-zone',
    State: 'available' as const,
    OptInStatus: 'opt-in-not-required' as const,
    Messages: [],
  }));
  return { AvailabilityZones };
};

/** The sandbox is one region. */
export const describeRegions: Ec2Handler<'DescribeRegions'> = (input, { engine }) => {
  const name = engine.state.region;
  const strange = input.RegionNames?.find((wanted) => wanted !== name);
  if (strange !== undefined) throw new AwsError('InvalidParameterValue', `Invalid region name: [${strange}]`);
  const regions = applyFilters([{ name }], input.Filters, {
    'region-name': (region) => region.name,
    'opt-in-status': () => 'opt-in-not-required',
  });
  const Regions = regions.map((region) => ({
    RegionName: region.name,
    Endpoint: `ec2.${region.name}.amazonaws.com`,
    OptInStatus: 'opt-in-not-required',
  }));
  return { Regions };
};

/** One internet gateway per VPC. */
export const describeInternetGateways: Ec2Handler<'DescribeInternetGateways'> = (input, { engine }) => {
  const gateways = Object.values(engine.state.ec2.vpcs).map((vpc) => ({ id: defaultGatewayId, vpcId: vpc.id }));
  const all = input.InternetGatewayIds?.length
    ? input.InternetGatewayIds.map((id) => lookUp({ [defaultGatewayId]: gateways[0] }, 'igw', id))
    : gateways;
  const known = all.filter((gateway) => gateway !== undefined);
  const found = applyFilters(known, input.Filters, {
    'attachment.vpc-id': ({ vpcId }) => vpcId,
    'attachment.state': () => 'available',
    'internet-gateway-id': ({ id }) => id,
  });
  const InternetGateways = found.map(({ id, vpcId }) => ({
    InternetGatewayId: id,
    OwnerId: engine.state.account,
    Attachments: [{ VpcId: vpcId, State: 'available' as never }],
    Tags: [],
  }));
  return { InternetGateways };
};
