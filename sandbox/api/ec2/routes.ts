import type { Route } from '@aws-sdk/client-ec2';
import { lookUp } from '../../engine/ec2/resources.ts';
import type { RouteTableRecord, VpcEndpointRecord } from '../../engine/ec2/routes.ts';
import type { Engine } from '../../engine/engine.ts';
import { applyFilters, type Fields } from './filter.ts';
import type { Ec2Handler } from './handler.ts';
import { listPage } from './listing.ts';
import { tagList } from './tag-form.ts';

const range: [number, number] = [5, 1000];

export const describeRouteTables: Ec2Handler<'DescribeRouteTables'> = (input, { engine }) => {
  const { routeTables, vpcs } = engine.state.ec2;
  const { RouteTableIds: ids } = input;
  const all = ids?.length ? ids.map((id) => lookUp(routeTables, 'rtb', id)) : Object.values(routeTables);
  const { items, next } = listPage(applyFilters(all, input.Filters, tableFields(engine)), input, {
    keyOf: ({ id }) => id,
    range,
  });
  const RouteTables = items.map((table) => ({
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: engine.state.account,
    Associations: associationsOf(table),
    PropagatingVgws: [],
    Routes: [
      {
        DestinationCidrBlock: vpcs[table.vpcId]?.cidr,
        GatewayId: 'local',
        Origin: 'CreateRouteTable' as const,
        State: 'active' as const,
      },
      ...table.routes.map(routeShape),
    ],
    Tags: tagList(table.tags),
  }));
  return { RouteTables, ...(next !== undefined && { NextToken: next }) };
};

function associationsOf({ id, isMain, subnetIds }: RouteTableRecord) {
  const state = { RouteTableId: id, AssociationState: { State: 'associated' as const } };
  const associationOf = (of: string) => of.replace(/^[a-z]+-/, 'rtbassoc-');
  return [
    ...(isMain ? [{ Main: true, RouteTableAssociationId: associationOf(id), ...state }] : []),
    ...subnetIds.map((SubnetId) => ({
      Main: false,
      SubnetId,
      RouteTableAssociationId: associationOf(SubnetId),
      ...state,
    })),
  ];
}

/** A route names its target by the member for targets of its kind (API_Route.html). */
const routeShape = ({ cidr, to, isBlackhole }: RouteTableRecord['routes'][number]): Route => ({
  DestinationCidrBlock: cidr,
  [members[to.slice(0, to.indexOf('-'))] ?? 'GatewayId']: to,
  Origin: 'CreateRoute',
  State: isBlackhole ? 'blackhole' : 'active',
});

const members: Record<string, keyof Route> = {
  i: 'InstanceId',
  nat: 'NatGatewayId',
  tgw: 'TransitGatewayId',
  eni: 'NetworkInterfaceId',
  pcx: 'VpcPeeringConnectionId',
};

const tableFields = (engine: Engine): Fields<RouteTableRecord> => ({
  'association.main': ({ isMain }) => isMain,
  'association.subnet-id': ({ subnetIds }) => subnetIds,
  'owner-id': () => engine.state.account,
  'route.gateway-id': ({ routes }) => ['local', ...routes.map(({ to }) => to)],
  'route-table-id': ({ id }) => id,
  'vpc-id': ({ vpcId }) => vpcId,
});

export const describeVpcEndpoints: Ec2Handler<'DescribeVpcEndpoints'> = (input, { engine }) => {
  const { vpcEndpoints } = engine.state.ec2;
  const { VpcEndpointIds: ids } = input;
  const all = ids?.length ? ids.map((id) => lookUp(vpcEndpoints, 'vpce', id)) : Object.values(vpcEndpoints);
  const { items, next } = listPage(applyFilters(all, input.Filters, endpointFields), input, {
    keyOf: ({ id }) => id,
    range,
  });
  const VpcEndpoints = items.map((endpoint) => ({
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.service,
    State: 'Available' as const,
    RouteTableIds: endpoint.routeTableIds,
    SubnetIds: endpoint.subnetIds,
    OwnerId: engine.state.account,
    Tags: tagList(endpoint.tags),
  }));
  return { VpcEndpoints, ...(next !== undefined && { NextToken: next }) };
};

const endpointFields: Fields<VpcEndpointRecord> = {
  'service-name': ({ service }) => service,
  'vpc-endpoint-id': ({ id }) => id,
  'vpc-endpoint-state': () => 'available',
  'vpc-endpoint-type': ({ type }) => type,
  'vpc-id': ({ vpcId }) => vpcId,
};
