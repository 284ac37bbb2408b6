import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { only, openWorld, refusal, small } from './world.ts';
import { onPurpose } from '../../support/witness.ts';

type World = Awaited<ReturnType<typeof openWorld>>;

const makeGroup = async ({ ec2 }: World, GroupName: string) =>
  (await ec2.send(new CreateSecurityGroupCommand({ GroupName, Description: GroupName }))).GroupId ?? '';

const port = (number: number, source: object = { IpRanges: [{ CidrIp: '0.0.0.0/0' }] }) => [
  { IpProtocol: 'tcp', FromPort: number, ToPort: number, ...source },
];

test('a new account has the default VPC over three zones, open to the world', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  const vpc = only(
    (await ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }))).Vpcs,
  );
  expect(vpc.CidrBlock).toBe('172.31.0.0/16');
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc.VpcId ?? ''] }] }),
  );
  expect(Subnets.map(({ AvailabilityZone, CidrBlock }) => [AvailabilityZone, CidrBlock])).toEqual([
    ['us-east-1a', '172.31.0.0/20'],
    ['us-east-1b', '172.31.16.0/20'],
    ['us-east-1c', '172.31.32.0/20'],
  ]);
  expect(Subnets[0]?.AvailableIpAddressCount).toBe(4091);
  const { AvailabilityZones } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
  expect(AvailabilityZones).toHaveLength(3);
  const gateway = only((await ec2.send(new DescribeInternetGatewaysCommand({}))).InternetGateways);
  expect(gateway.Attachments).toMatchObject([{ VpcId: vpc.VpcId }]);
  const table = only((await ec2.send(new DescribeRouteTablesCommand({}))).RouteTables);
  expect(table.Routes).toContainEqual(expect.objectContaining({ GatewayId: gateway.InternetGatewayId }));
});

test('rules are added all or none, are never doubled, and point at groups that exist', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  const balancer = await makeGroup(world, 'balancer');
  const app = await makeGroup(world, 'app');
  const allow = (GroupId: string, IpPermissions: object[]) =>
    ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  const { SecurityGroupRules } = await allow(balancer, [...port(80), ...port(443)]);
  expect(SecurityGroupRules).toMatchObject([
    { IpProtocol: 'tcp', FromPort: 80, CidrIpv4: '0.0.0.0/0', IsEgress: false },
    { IpProtocol: 'tcp', FromPort: 443, CidrIpv4: '0.0.0.0/0', IsEgress: false },
  ]);
  await allow(app, port(3000, { UserIdGroupPairs: [{ GroupId: balancer }] }));
  const doubled = await refusal(allow(balancer, [...port(8080), ...port(80)]));
  expect(doubled.name).toBe('InvalidPermission.Duplicate');
  expect(doubled.message).toContain('peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW');
  const ghost = { UserIdGroupPairs: [{ GroupId: 'sg-00000000000000000' }] };
  expect((await refusal(allow(app, port(1, ghost)))).name).toBe('InvalidGroup.NotFound');
  expect((await refusal(allow(app, port(1, { IpRanges: [{ CidrIp: '10.0.0/8' }] })))).name).toBe(
    'InvalidParameterValue',
  );
  expect((await refusal(allow(app, port(99_999)))).name).toBe('InvalidParameterValue');
  const egress = new AuthorizeSecurityGroupEgressCommand({
    GroupId: app,
    IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  });
  // every new group lets everything out already
  expect((await refusal(ec2.send(egress))).name).toBe('InvalidPermission.Duplicate');

  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [balancer, app] }));
  const ingress = new Map(SecurityGroups.map(({ GroupId, IpPermissions }) => [GroupId, IpPermissions]));
  expect(ingress.get(balancer)).toHaveLength(2);
  expect(only(ingress.get(app)).UserIdGroupPairs).toMatchObject([{ GroupId: balancer, UserId: '123456789012' }]);

  const rules = await ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [balancer] }] }),
  );
  expect(rules.SecurityGroupRules).toHaveLength(3);
  const revoke = (IpPermissions: object[]) =>
    ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: balancer, IpPermissions }));
  expect((await revoke(port(80))).RevokedSecurityGroupRules).toMatchObject([{ FromPort: 80 }]);
  // in a default VPC what is not there is answered, not refused (API_RevokeSecurityGroupIngress.html)
  expect((await revoke(port(80))).UnknownIpPermissions).toMatchObject([{ FromPort: 80 }]);
});

test('a group cannot be doubled, and cannot be deleted while anybody needs it', async () => {
  await using world = await openWorld();
  const { ec2, clock } = world;
  const balancer = await makeGroup(world, 'balancer');
  const app = await makeGroup(world, 'app');
  expect((await refusal(makeGroup(world, 'app'))).name).toBe('InvalidGroup.Duplicate');
  expect((await refusal(makeGroup(world, 'sg-app'))).name).toBe('InvalidParameterValue');
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: app,
      IpPermissions: port(3000, { UserIdGroupPairs: [{ GroupId: balancer }] }),
    }),
  );
  const { Instances } = await ec2.send(new RunInstancesCommand({ ...small, SecurityGroupIds: [app] }));
  const drop = (GroupId: string) => ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  expect(await refusal(drop(app))).toEqual({
    name: 'DependencyViolation',
    message: `resource ${app} has a dependent object`,
  });
  expect((await refusal(drop(balancer))).name).toBe('DependencyViolation');
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [only(Instances).InstanceId ?? ''] }));
  await clock.advance(20_000);
  await drop(app);
  await drop(balancer);
  expect((await refusal(drop(balancer))).name).toBe('InvalidGroup.NotFound');
  const left = only((await ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups);
  expect((await refusal(drop(left.GroupId ?? ''))).name).toBe('CannotDelete');
});

test('tags are set on all or none, limited, found and taken away by value', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  const group = await makeGroup(world, 'app');
  const set = (Resources: string[], tags: Record<string, string>) =>
    ec2.send(new CreateTagsCommand({ Resources, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }));
  const read = async () => {
    const { Tags = [] } = await ec2.send(
      new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [group] }] }),
    );
    return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
  };
  expect((await refusal(set([group, 'ami-00000000000000000'], { a: '1' }))).name).toBe('InvalidAMIID.NotFound');
  expect(await read()).toEqual({});
  await set([group], { 'redeploy:app': 'todos', stage: '' });
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`key${index}`, '']));
  expect((await refusal(set([group], many))).name).toBe('TagLimitExceeded');
  expect((await refusal(set([group], { 'aws:autoscaling:groupName': 'x' }))).name).toBe('InvalidParameterValue');
  expect((await refusal(set(['what-1'], { a: '1' }))).name).toBe('InvalidID');
  await ec2.send(new DeleteTagsCommand({ Resources: [group], Tags: [{ Key: 'redeploy:app', Value: 'other' }] }));
  expect(await read()).toEqual({ 'redeploy:app': 'todos', stage: '' });
  await ec2.send(new DeleteTagsCommand({ Resources: [group], Tags: [{ Key: 'redeploy:app' }] }));
  expect(await read()).toEqual({ stage: '' });
});

test('instance types say what they are, and which do not exist', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  const describe = (...InstanceTypes: string[]) =>
    ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: InstanceTypes as 't3.micro'[] }));
  expect((await describe('t4g.small', 't3.micro')).InstanceTypes).toMatchObject([
    {
      InstanceType: 't3.micro',
      ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
      VCpuInfo: { DefaultVCpus: 2 },
      MemoryInfo: { SizeInMiB: 1024 },
    },
    {
      InstanceType: 't4g.small',
      ProcessorInfo: { SupportedArchitectures: ['arm64'] },
      VCpuInfo: { DefaultVCpus: 2 },
      MemoryInfo: { SizeInMiB: 2048 },
    },
  ]);
  expect(await refusal(onPurpose(() => describe('t3.micro', 't9.huge')))).toEqual({
    name: 'InvalidInstanceType',
    message: 'The following supplied instance types do not exist: [t9.huge]',
  });
  const { InstanceTypeOfferings } = await ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: ['m7g.large'] }],
    }),
  );
  expect(InstanceTypeOfferings?.map(({ Location }) => Location)).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c']);
});
