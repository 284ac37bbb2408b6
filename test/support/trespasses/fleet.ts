import * as scaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { mine, theirs, type Attempts, type Others } from './trespasser.ts';

const scalingAttempts: Record<string, Attempts> = {
  'autoscaling:CancelInstanceRefresh': ({ aws, others }) =>
    groups(others).map((one) => aws.autoScaling.send(new scaling.CancelInstanceRefreshCommand(one))),
  'autoscaling:DeleteAutoScalingGroup': ({ aws, others }) =>
    groups(others).map((one) =>
      aws.autoScaling.send(new scaling.DeleteAutoScalingGroupCommand({ ...one, ForceDelete: true })),
    ),
  'autoscaling:DeleteNotificationConfiguration': ({ aws, others }) =>
    groups(others).map((one) =>
      aws.autoScaling.send(new scaling.DeleteNotificationConfigurationCommand({ ...one, TopicARN: topic })),
    ),
  'autoscaling:DeletePolicy': ({ aws, others }) =>
    groups(others).map((one) => aws.autoScaling.send(new scaling.DeletePolicyCommand({ ...one, PolicyName: 'cpu' }))),
  'autoscaling:DeleteScheduledAction': ({ aws, others }) =>
    groups(others).map((one) =>
      aws.autoScaling.send(new scaling.DeleteScheduledActionCommand({ ...one, ScheduledActionName: 'rush' })),
    ),
  'autoscaling:PutNotificationConfiguration': ({ aws, others }) =>
    groups(others).map((one) =>
      aws.autoScaling.send(
        new scaling.PutNotificationConfigurationCommand({
          ...one,
          TopicARN: topic,
          NotificationTypes: ['autoscaling:EC2_INSTANCE_LAUNCH'],
        }),
      ),
    ),
  'autoscaling:PutScalingPolicy': ({ aws, others }) =>
    groups(others).map((one) => {
      const PredefinedMetricSpecification = { PredefinedMetricType: 'ASGAverageCPUUtilization' as const };
      const TargetTrackingConfiguration = { PredefinedMetricSpecification, TargetValue: 1 };
      const policy = { PolicyName: 'cpu', PolicyType: 'TargetTrackingScaling', TargetTrackingConfiguration };
      return aws.autoScaling.send(new scaling.PutScalingPolicyCommand({ ...one, ...policy }));
    }),
  'autoscaling:PutScheduledUpdateGroupAction': ({ aws, others }) =>
    groups(others).map((one) => {
      const action = { ScheduledActionName: 'rush', Recurrence: '0 8 * * *', MinSize: 0 };
      return aws.autoScaling.send(new scaling.PutScheduledUpdateGroupActionCommand({ ...one, ...action }));
    }),
  'autoscaling:ResumeProcesses': ({ aws, others }) =>
    groups(others).map((one) => aws.autoScaling.send(new scaling.ResumeProcessesCommand(one))),
  'autoscaling:RollbackInstanceRefresh': ({ aws, others }) =>
    groups(others).map((one) => aws.autoScaling.send(new scaling.RollbackInstanceRefreshCommand(one))),
  'autoscaling:StartInstanceRefresh': ({ aws, others }) =>
    groups(others).map((one) => aws.autoScaling.send(new scaling.StartInstanceRefreshCommand(one))),
  'autoscaling:TerminateInstanceInAutoScalingGroup': ({ aws, others }) => [
    aws.autoScaling.send(
      new scaling.TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: others.machine,
        ShouldDecrementDesiredCapacity: false,
      }),
    ),
  ],
  'autoscaling:UpdateAutoScalingGroup': ({ aws, others }) =>
    groups(others).map((one) =>
      aws.autoScaling.send(new scaling.UpdateAutoScalingGroupCommand({ ...one, MinSize: 0, MaxSize: 0 })),
    ),
  // Under a name of theirs; or under one's own, of their template.
  'autoscaling:CreateAutoScalingGroup': ({ aws, others }) =>
    ['bank-production-spare-v9', 'shop-production'].map((AutoScalingGroupName) =>
      aws.autoScaling.send(
        new scaling.CreateAutoScalingGroupCommand({
          AutoScalingGroupName,
          MinSize: 0,
          MaxSize: 1,
          VPCZoneIdentifier: others.subnets.join(),
          LaunchTemplate: { LaunchTemplateName: others.template, Version: '1' },
          Tags: mine.map((one) => ({ ...one, PropagateAtLaunch: true })),
        }),
      ),
    ),
};

const topic = 'arn:aws:sns:us-east-1:123456789012:mine';
const groups = ({ group, spareGroup }: Others) =>
  [group, spareGroup].map((AutoScalingGroupName) => ({ AutoScalingGroupName }));

const specified = <T extends ec2.ResourceType>(Tags: ec2.Tag[], ...types: T[]) =>
  types.map((ResourceType) => ({ ResourceType, Tags }));
const anywhere = (port: number) => [
  { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
];
const launch = (more: Partial<ec2.RunInstancesCommandInput>) =>
  new ec2.RunInstancesCommand({
    InstanceType: 't3.small',
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: specified(mine, 'instance', 'volume'),
    ...more,
  });

const machineAttempts: Record<string, Attempts> = {
  'ec2:AuthorizeSecurityGroupIngress': ({ aws, others }) => [
    aws.ec2.send(
      new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: others.securityGroup, IpPermissions: anywhere(22) }),
    ),
  ],
  'ec2:RevokeSecurityGroupIngress': ({ aws, others }) => [
    aws.ec2.send(
      new ec2.RevokeSecurityGroupIngressCommand({ GroupId: others.securityGroup, IpPermissions: anywhere(80) }),
    ),
  ],
  'ec2:CreateImage': ({ aws, others }) =>
    [others.machine, others.oldMachine].map((InstanceId) =>
      aws.ec2.send(
        new ec2.CreateImageCommand({
          InstanceId,
          Name: 'stolen',
          TagSpecifications: specified(mine, 'image', 'snapshot'),
        }),
      ),
    ),
  'ec2:CreateLaunchTemplate': ({ aws, others }) => [
    aws.ec2.send(
      new ec2.CreateLaunchTemplateCommand({
        LaunchTemplateName: 'bank-staging',
        LaunchTemplateData: { ImageId: others.image },
        TagSpecifications: specified(theirs, 'launch-template'),
      }),
    ),
  ],
  'ec2:CreateLaunchTemplateVersion': ({ aws, others }) => [
    aws.ec2.send(
      new ec2.CreateLaunchTemplateVersionCommand({
        LaunchTemplateName: others.template,
        LaunchTemplateData: { ImageId: others.image },
      }),
    ),
  ],
  'ec2:DeleteLaunchTemplateVersions': ({ aws, others }) => [
    aws.ec2.send(new ec2.DeleteLaunchTemplateVersionsCommand({ LaunchTemplateName: others.template, Versions: ['1'] })),
  ],
  'ec2:CreateSecurityGroup': ({ aws }) => [
    aws.ec2.send(
      new ec2.CreateSecurityGroupCommand({
        GroupName: 'bank-production-app-2',
        Description: 'theirs',
        TagSpecifications: specified(theirs, 'security-group'),
      }),
    ),
  ],
  // Tells their machine to drain; or makes it one's own.
  'ec2:CreateTags': ({ aws, others }) =>
    [[{ Key: 'redeploy:drain', Value: 'now' }], mine, [{ Key: 'Name', Value: 'old-balancer' }]].flatMap((Tags) =>
      [others.machine, others.oldMachine, others.image, others.securityGroup].map((id) =>
        aws.ec2.send(new ec2.CreateTagsCommand({ Resources: [id], Tags })),
      ),
    ),
  'ec2:DeleteSnapshot': ({ aws, others }) => [
    aws.ec2.send(new ec2.DeleteSnapshotCommand({ SnapshotId: others.snapshot })),
  ],
  'ec2:DeregisterImage': ({ aws, others }) => [aws.ec2.send(new ec2.DeregisterImageCommand({ ImageId: others.image }))],
  'ec2:GetConsoleOutput': ({ aws, others }) => [
    aws.ec2.send(new ec2.GetConsoleOutputCommand({ InstanceId: others.machine })),
  ],
  'ec2:RunInstances': ({ aws, others }) => [
    aws.ec2.send(launch({ ImageId: others.image })),
    aws.ec2.send(launch({ ImageId: base, SecurityGroupIds: [others.securityGroup] })),
    aws.ec2.send(launch({ LaunchTemplate: { LaunchTemplateName: others.template, Version: '1' } })),
  ],
  'ec2:TerminateInstances': ({ aws, others }) =>
    [others.machine, others.oldMachine].map((id) =>
      aws.ec2.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] })),
    ),
};

/** Whichever the sandbox has for everybody. */
const base = 'ami-00000000000000000';

const balancerAttempts: Record<string, Attempts> = {
  // Making theirs one's own.
  'elasticloadbalancing:AddTags': ({ aws, others }) => [
    aws.elbv2.send(
      new elb.AddTagsCommand({ ResourceArns: [others.balancer, others.listener, others.targetGroup], Tags: mine }),
    ),
  ],
  'elasticloadbalancing:CreateListener': ({ aws, others }) => [
    aws.elbv2.send(
      new elb.CreateListenerCommand({
        LoadBalancerArn: others.balancer,
        Protocol: 'HTTP',
        Port: 81,
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
        Tags: mine,
      }),
    ),
  ],
  'elasticloadbalancing:CreateLoadBalancer': ({ aws, others }) =>
    [
      { Name: 'bank-production', Tags: mine },
      { Name: 'shop-production', Tags: theirs },
    ].map((one) => aws.elbv2.send(new elb.CreateLoadBalancerCommand({ ...one, Subnets: others.subnets }))),
  'elasticloadbalancing:CreateTargetGroup': ({ aws }) =>
    [
      { Name: 'bank-production', Tags: mine },
      { Name: 'shop-production', Tags: theirs },
    ].map((one) => aws.elbv2.send(new elb.CreateTargetGroupCommand({ ...one, Protocol: 'HTTP', Port: 3000 }))),
  'elasticloadbalancing:DeleteLoadBalancer': ({ aws, others }) => [
    aws.elbv2.send(new elb.DeleteLoadBalancerCommand({ LoadBalancerArn: others.balancer })),
  ],
  'elasticloadbalancing:DeregisterTargets': ({ aws, others }) => [
    aws.elbv2.send(
      new elb.DeregisterTargetsCommand({ TargetGroupArn: others.targetGroup, Targets: [{ Id: others.machine }] }),
    ),
  ],
  'elasticloadbalancing:ModifyListener': ({ aws, others }) => [
    aws.elbv2.send(
      new elb.ModifyListenerCommand({
        ListenerArn: others.listener,
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
      }),
    ),
  ],
  'elasticloadbalancing:ModifyLoadBalancerAttributes': ({ aws, others }) => {
    const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'false' }];
    const LoadBalancerArn = others.balancer;
    return [aws.elbv2.send(new elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }))];
  },
  'elasticloadbalancing:ModifyTargetGroup': ({ aws, others }) => [
    aws.elbv2.send(
      new elb.ModifyTargetGroupCommand({ TargetGroupArn: others.targetGroup, Matcher: { HttpCode: '404' } }),
    ),
  ],
  'elasticloadbalancing:ModifyTargetGroupAttributes': ({ aws, others }) => {
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '0' }];
    const TargetGroupArn = others.targetGroup;
    return [aws.elbv2.send(new elb.ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))];
  },
  'elasticloadbalancing:RegisterTargets': ({ aws, others }) => [
    aws.elbv2.send(
      new elb.RegisterTargetsCommand({ TargetGroupArn: others.targetGroup, Targets: [{ Id: others.machine }] }),
    ),
  ],
  'elasticloadbalancing:SetSubnets': ({ aws, others }) => [
    aws.elbv2.send(new elb.SetSubnetsCommand({ LoadBalancerArn: others.balancer, Subnets: others.subnets })),
  ],
};

/** EC2, Auto Scaling, load balancers. */
export const fleetAttempts: Record<string, Attempts> = { ...scalingAttempts, ...machineAttempts, ...balancerAttempts };
