import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import type { Bench } from '../bench.ts';

const tcp = (port: number, cidr = '0.0.0.0/0'): IpPermission => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  IpRanges: [{ CidrIp: cidr }],
});
const unknownGroup = 'sg-0123456789abcdef0';

/** VPCs, subnets, security groups. */
export async function network({ aws: { ec2 }, call, malformed }: Bench): Promise<void> {
  const isDefault = { Name: 'is-default', Values: ['true'] };
  const vpcs = await call('the default one', () => ec2.send(new DescribeVpcsCommand({ Filters: [isDefault] })));
  await call('unknown id', () => ec2.send(new DescribeVpcsCommand({ VpcIds: ['vpc-0123456789abcdef0'] })));
  await call('malformed id', () => ec2.send(new DescribeVpcsCommand({ VpcIds: ['nonsense'] })));
  await call('unknown filter', () =>
    ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'nonsense', Values: ['x'] }] })),
  );
  await call('filter without a match', () =>
    ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'vpc-id', Values: ['vpc-0123456789abcdef0'] }] })),
  );
  const vpc = vpcs?.Vpcs?.[0]?.VpcId ?? '';
  const filters = [
    { Name: 'vpc-id', Values: [vpc] },
    { Name: 'default-for-az', Values: ['true'] },
  ];
  await call('of the default VPC', () => ec2.send(new DescribeSubnetsCommand({ Filters: filters })));
  await call('unknown id', () => ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-0123456789abcdef0'] })));
  await call('one page', () => ec2.send(new DescribeSubnetsCommand({ Filters: filters, MaxResults: 5 })));
  await malformed('page too small', () => ec2.send(new DescribeSubnetsCommand({ MaxResults: 2 })));
  const attached = { Name: 'attachment.vpc-id', Values: [vpc] };
  await call('of the default VPC', () => ec2.send(new DescribeInternetGatewaysCommand({ Filters: [attached] })));

  const wanted = {
    GroupName: 'shop-app',
    Description: 'Machines of shop',
    VpcId: vpc,
    TagSpecifications: [{ ResourceType: 'security-group' as const, Tags: [{ Key: 'role', Value: 'app' }] }],
  };
  const made = await call('new', () => ec2.send(new CreateSecurityGroupCommand(wanted)));
  await call('duplicate', () => ec2.send(new CreateSecurityGroupCommand(wanted)));
  await call('unknown VPC', () =>
    ec2.send(new CreateSecurityGroupCommand({ ...wanted, VpcId: 'vpc-0123456789abcdef0' })),
  );
  await call('name sg-', () => ec2.send(new CreateSecurityGroupCommand({ ...wanted, GroupName: 'sg-shop' })));
  await call('name too long', () =>
    ec2.send(new CreateSecurityGroupCommand({ ...wanted, GroupName: 'x'.repeat(256) })),
  );
  const GroupId = made?.GroupId ?? '';
  await call('open ports', () =>
    ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [{ ...tcp(80), Ipv6Ranges: [{ CidrIpv6: '::/0' }] }],
      }),
    ),
  );
  await call('for a group', () =>
    ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000, UserIdGroupPairs: [{ GroupId }] }],
      }),
    ),
  );
  await call('duplicate', () =>
    ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [tcp(80)] })),
  );
  await call('unknown group', () =>
    ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: unknownGroup, IpPermissions: [tcp(80)] })),
  );
  await call('bad CIDR', () =>
    ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [tcp(81, '300.0.0.0/0')] })),
  );
  await call('by name and VPC', () =>
    ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [
          { Name: 'group-name', Values: ['shop-app'] },
          { Name: 'vpc-id', Values: [vpc] },
        ],
      }),
    ),
  );
  await call('unknown id', () => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [unknownGroup] })));
  await call('malformed id', () => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['nonsense'] })));
  await call('no match', () =>
    ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: ['nobody'] }] })),
  );
  await call('one page', () => ec2.send(new DescribeSecurityGroupsCommand({ MaxResults: 5 })));
  await call('a rule', () => ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [tcp(80)] })));
  await call('not there', () => ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [tcp(99)] })));
  await call('unknown group', () =>
    ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: unknownGroup, IpPermissions: [tcp(80)] })),
  );
  await call('after a revocation', () => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] })));
}

/** Routes out, and endpoints of services. */
export async function routes({ call, aws: { ec2 } }: Bench): Promise<void> {
  const vpcs = await ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }));
  const inVpc = [{ Name: 'vpc-id', Values: [vpcs.Vpcs?.[0]?.VpcId ?? ''] }];
  const RouteTableIds = ['rtb-0123456789abcdef0'];
  await call('of the default VPC', () => ec2.send(new DescribeRouteTablesCommand({ Filters: inVpc })));
  await call('one page', () => ec2.send(new DescribeRouteTablesCommand({ Filters: inVpc, MaxResults: 5 })));
  await call('unknown id', () => ec2.send(new DescribeRouteTablesCommand({ RouteTableIds })));
  await call('none', () => ec2.send(new DescribeVpcEndpointsCommand({ Filters: inVpc })));
  const VpcEndpointIds = ['vpce-0123456789abcdef0'];
  await call('unknown id', () => ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds })));
}
