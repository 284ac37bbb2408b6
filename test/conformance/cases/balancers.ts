import { CreateSecurityGroupCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import type { Bench } from '../bench.ts';
import { baseImage } from './machines.ts';

/** The default VPC, its subnets, and a security group. */
export async function placeOf({ aws }: Bench): Promise<{ vpc: string; subnets: string[]; group: string }> {
  const { Subnets = [] } = await aws.ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  );
  const vpc = Subnets[0]?.VpcId ?? '';
  const { GroupId = '' } = await aws.ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'place', Description: 'place', VpcId: vpc }),
  );
  const zones = Subnets.toSorted((a, b) => String(a.AvailabilityZone).localeCompare(String(b.AvailabilityZone)));
  return { vpc, subnets: zones.slice(0, 2).map((subnet) => subnet.SubnetId ?? ''), group: GroupId };
}

export const targetGroupOf = (vpc: string) => ({
  Name: 'shop-production',
  Protocol: 'HTTP' as const,
  Port: 3000,
  VpcId: vpc,
  TargetType: 'instance' as const,
  HealthCheckProtocol: 'HTTP' as const,
  HealthCheckPath: '/health',
  HealthCheckIntervalSeconds: 5,
  HealthCheckTimeoutSeconds: 4,
  HealthyThresholdCount: 2,
  UnhealthyThresholdCount: 3,
  Matcher: { HttpCode: '200' },
  Tags: [{ Key: 'role', Value: 'target-group' }],
});

const arn = (rest: string): string => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${rest}`;
const nobody = {
  balancer: arn('loadbalancer/app/nobody/0123456789abcdef'),
  targetGroup: arn('targetgroup/nobody/0123456789abcdef'),
  listener: arn('listener/app/nobody/0123456789abcdef/0123456789abcdef'),
};

/** Target groups and their targets. */
export async function targetGroups(bench: Bench): Promise<void> {
  const { call, malformed, settle } = bench;
  const { elbv2, ec2 } = bench.aws;
  const { vpc } = await placeOf(bench);
  const wanted = targetGroupOf(vpc);
  await call('none of that name', () => elbv2.send(new DescribeTargetGroupsCommand({ Names: [wanted.Name] })));
  const made = await call('new', () => elbv2.send(new CreateTargetGroupCommand(wanted)));
  await call('the same again', () => elbv2.send(new CreateTargetGroupCommand(wanted)));
  await call('same name, other settings', () => elbv2.send(new CreateTargetGroupCommand({ ...wanted, Port: 4000 })));
  await call('defaults', () =>
    elbv2.send(new CreateTargetGroupCommand({ Name: 'plain', Protocol: 'HTTP', Port: 80, VpcId: vpc })),
  );
  await call('name too long', () => elbv2.send(new CreateTargetGroupCommand({ ...wanted, Name: 'x'.repeat(33) })));
  await call('name with a last hyphen', () => elbv2.send(new CreateTargetGroupCommand({ ...wanted, Name: 'shop-' })));
  await call('name with a dot', () => elbv2.send(new CreateTargetGroupCommand({ ...wanted, Name: 'a.b' })));
  await call('timeout over interval', () =>
    elbv2.send(new CreateTargetGroupCommand({ ...wanted, Name: 'slow', HealthCheckTimeoutSeconds: 9 })),
  );
  await call('unknown VPC', () =>
    elbv2.send(new CreateTargetGroupCommand({ ...wanted, Name: 'lost', VpcId: 'vpc-0123456789abcdef0' })),
  );
  const TargetGroupArn = made?.TargetGroups?.[0]?.TargetGroupArn ?? '';
  await call('by name', () => elbv2.send(new DescribeTargetGroupsCommand({ Names: [wanted.Name] })));
  await call('unknown ARN', () =>
    elbv2.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [nobody.targetGroup] })),
  );
  await call('first page of one', async () => {
    const page = await elbv2.send(new DescribeTargetGroupsCommand({ PageSize: 1 }));
    return { count: page.TargetGroups?.length, more: page.NextMarker !== undefined };
  });
  await call('another path', () =>
    elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckPath: '/other' })),
  );
  await call('unknown ARN', () =>
    elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: nobody.targetGroup, HealthCheckPath: '/' })),
  );
  await malformed('bad interval', () =>
    elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckIntervalSeconds: 301 })),
  );
  await call('defaults', () => elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn })));
  await call('unknown ARN', () =>
    elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: nobody.targetGroup })),
  );
  const attributes = [
    { Key: 'deregistration_delay.timeout_seconds', Value: '60' },
    { Key: 'stickiness.enabled', Value: 'true' },
    { Key: 'stickiness.type', Value: 'lb_cookie' },
    { Key: 'stickiness.lb_cookie.duration_seconds', Value: '86400' },
  ];
  await call('ours', () =>
    elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: attributes })),
  );
  await call('unknown key', () =>
    elbv2.send(
      new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: [{ Key: 'nonsense', Value: '1' }] }),
    ),
  );
  await call('bad value', () =>
    elbv2.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '3601' }],
      }),
    ),
  );
  await call('unknown ARN', () =>
    elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: nobody.targetGroup, Attributes: attributes })),
  );
  await call('after a change', () => elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn })));
  await call('without targets', () => elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn })));
  await call('unknown ARN', () => elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn: nobody.targetGroup })));
  const ran = await ec2.send(
    new RunInstancesCommand({
      ImageId: await baseImage(bench),
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
    }),
  );
  const id = ran.Instances?.[0]?.InstanceId ?? '';
  // Only a running machine can be registered.
  await settle(async () => {
    await elbv2.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: id }] }));
    return true;
  });
  await call('unused', () => elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn })));
  await call('an instance that is not registered', () =>
    elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn, Targets: [{ Id: 'i-0123456789abcdef0' }] })),
  );
}

/** Load balancers and listeners. */
export async function balancers(bench: Bench): Promise<void> {
  const { call, malformed, settle } = bench;
  const { elbv2 } = bench.aws;
  const { vpc, subnets, group } = await placeOf(bench);
  const { TargetGroups } = await elbv2.send(new CreateTargetGroupCommand(targetGroupOf(vpc)));
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? '';
  const wanted = {
    Name: 'shop-production',
    Type: 'application' as const,
    Scheme: 'internet-facing' as const,
    Subnets: subnets,
    SecurityGroups: [group],
    Tags: [{ Key: 'role', Value: 'balancer' }],
  };
  await call('none of that name', () => elbv2.send(new DescribeLoadBalancersCommand({ Names: [wanted.Name] })));
  const made = await call('new', () => elbv2.send(new CreateLoadBalancerCommand(wanted)));
  await call('the same again', () => elbv2.send(new CreateLoadBalancerCommand(wanted)));
  await call('same name, other settings', () =>
    elbv2.send(new CreateLoadBalancerCommand({ ...wanted, Scheme: 'internal' })),
  );
  await call('one zone', () =>
    elbv2.send(new CreateLoadBalancerCommand({ ...wanted, Name: 'narrow', Subnets: subnets.slice(0, 1) })),
  );
  await call('no subnets', () =>
    elbv2.send(new CreateLoadBalancerCommand({ ...wanted, Name: 'nowhere', Subnets: undefined })),
  );
  await call('name with a last hyphen', () => elbv2.send(new CreateLoadBalancerCommand({ ...wanted, Name: 'shop-' })));
  await malformed('tag with an ampersand', () =>
    elbv2.send(new CreateLoadBalancerCommand({ ...wanted, Name: 'tagged', Tags: [{ Key: 'owner', Value: 'R&D' }] })),
  );
  await call('unknown subnet', () =>
    elbv2.send(
      new CreateLoadBalancerCommand({
        ...wanted,
        Name: 'lost',
        Subnets: [...subnets.slice(0, 1), 'subnet-0123456789abcdef0'],
      }),
    ),
  );
  await call('unknown security group', () =>
    elbv2.send(new CreateLoadBalancerCommand({ ...wanted, Name: 'open', SecurityGroups: ['sg-0123456789abcdef0'] })),
  );
  await call('name too long', () => elbv2.send(new CreateLoadBalancerCommand({ ...wanted, Name: 'x'.repeat(33) })));
  await call('name internal-', () => elbv2.send(new CreateLoadBalancerCommand({ ...wanted, Name: 'internal-x' })));
  const LoadBalancerArn = made?.LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  await settle(async () => {
    const { LoadBalancers } = await elbv2.send(new DescribeLoadBalancersCommand({ Names: [wanted.Name] }));
    return LoadBalancers?.[0]?.State?.Code === 'active';
  });
  await call('by name', () => elbv2.send(new DescribeLoadBalancersCommand({ Names: [wanted.Name] })));
  await call('unknown ARN', () =>
    elbv2.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [nobody.balancer] })),
  );
  await call('one page', () => elbv2.send(new DescribeLoadBalancersCommand({ PageSize: 1 })));
  await call('of a balancer', () => elbv2.send(new DescribeTagsCommand({ ResourceArns: [LoadBalancerArn] })));
  const fewer = subnets.slice(0, 1);
  await call('one subnet', () => elbv2.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets: fewer })));
  await call('unknown subnet', () =>
    elbv2.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets: [...fewer, 'subnet-0123456789abcdef0'] })),
  );
  await call('unknown balancer', () =>
    elbv2.send(new SetSubnetsCommand({ LoadBalancerArn: nobody.balancer, Subnets: subnets })),
  );
  await call('the same', () => elbv2.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets: subnets })));
  await call('unknown ARN', () => elbv2.send(new DescribeTagsCommand({ ResourceArns: [nobody.balancer] })));
  await call('defaults', () => elbv2.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })));
  await call('unknown ARN', () =>
    elbv2.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: nobody.balancer })),
  );
  const attributes = [
    { Key: 'idle_timeout.timeout_seconds', Value: '120' },
    { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
  ];
  await call('ours', () =>
    elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: attributes })),
  );
  await call('unknown key', () =>
    elbv2.send(
      new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [{ Key: 'nonsense', Value: '1' }] }),
    ),
  );
  await call('bad value', () =>
    elbv2.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn,
        Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '4001' }],
      }),
    ),
  );
  await malformed('21 at a time', () =>
    elbv2.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn,
        Attributes: Array.from({ length: 21 }, () => ({ Key: 'idle_timeout.timeout_seconds', Value: '60' })),
      }),
    ),
  );
  await call('unknown ARN', () =>
    elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: nobody.balancer, Attributes: attributes })),
  );
  await call('after a change', () => elbv2.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn })));

  await call('none yet', () => elbv2.send(new DescribeListenersCommand({ LoadBalancerArn })));
  const listener = {
    LoadBalancerArn,
    Port: 80,
    Protocol: 'HTTP' as const,
    DefaultActions: [{ Type: 'forward' as const, TargetGroupArn }],
    Tags: [{ Key: 'role', Value: 'listener' }],
  };
  const listened = await call('new', () => elbv2.send(new CreateListenerCommand(listener)));
  await call('same port', () =>
    elbv2.send(
      new CreateListenerCommand({
        ...listener,
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
      }),
    ),
  );
  await call('unknown balancer', () =>
    elbv2.send(new CreateListenerCommand({ ...listener, LoadBalancerArn: nobody.balancer })),
  );
  await call('unknown target group', () =>
    elbv2.send(
      new CreateListenerCommand({
        ...listener,
        Port: 81,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: nobody.targetGroup }],
      }),
    ),
  );
  await call('HTTPS without a certificate', () =>
    elbv2.send(new CreateListenerCommand({ ...listener, Port: 443, Protocol: 'HTTPS' })),
  );
  await call('redirect', () =>
    elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Port: 8080,
        Protocol: 'HTTP',
        DefaultActions: [
          { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
        ],
      }),
    ),
  );
  await call('of a balancer', () => elbv2.send(new DescribeListenersCommand({ LoadBalancerArn })));
  await call('unknown balancer', () => elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: nobody.balancer })));
  await call('unknown listener', () => elbv2.send(new DescribeListenersCommand({ ListenerArns: [nobody.listener] })));
  const ListenerArn = listened?.Listeners?.[0]?.ListenerArn ?? '';
  await call('another port', () => elbv2.send(new ModifyListenerCommand({ ListenerArn, Port: 8000 })));
  await call('port in use', () => elbv2.send(new ModifyListenerCommand({ ListenerArn, Port: 8080 })));
  await call('unknown listener', () =>
    elbv2.send(new ModifyListenerCommand({ ListenerArn: nobody.listener, Port: 8001 })),
  );
  await call('unknown target group', () =>
    elbv2.send(
      new ModifyListenerCommand({
        ListenerArn,
        DefaultActions: [{ Type: 'forward', TargetGroupArn: nobody.targetGroup }],
      }),
    ),
  );
  await call('after a change', () => elbv2.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] })));
  const protect = (Value: string) =>
    elbv2.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn,
        Attributes: [{ Key: 'deletion_protection.enabled', Value }],
      }),
    );
  await protect('true');
  await call('protected', () => elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })));
  // An emulator that knows no protection has deleted it by now.
  await protect('false').catch(() => undefined);
  await call('with listeners', () => elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })));
  await call('again', () => elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn })));
  await call('unknown balancer', () => elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: nobody.balancer })));
  await call('after deletion', () => elbv2.send(new DescribeLoadBalancersCommand({ Names: [wanted.Name] })));
}
