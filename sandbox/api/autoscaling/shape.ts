import type * as client from '@aws-sdk/client-auto-scaling';
import type { Group, Member, Mix, TemplateRef } from '../../engine/autoscaling/state.ts';

export const templateShape = ({ id, name, version }: TemplateRef): client.LaunchTemplateSpecification => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  Version: version,
});

/** The policy as Describe calls answer it. */
export const mixShape = ({ template, mix }: { template: TemplateRef; mix: Mix }): client.MixedInstancesPolicy => ({
  LaunchTemplate: {
    LaunchTemplateSpecification: templateShape(template),
    Overrides: mix.types.map((InstanceType) => ({ InstanceType })),
  },
  InstancesDistribution: mix.distribution,
});

const memberShape = (member: Member): client.Instance => ({
  InstanceId: member.instanceId,
  InstanceType: member.instanceType,
  AvailabilityZone: member.zone,
  LifecycleState: member.lifecycle,
  HealthStatus: member.health,
  LaunchTemplate: templateShape(member.template),
  ProtectedFromScaleIn: member.protected,
});

/** An instance with its group, as DescribeAutoScalingInstances answers it. */
export const instanceShape = (group: Group, member: Member): client.AutoScalingInstanceDetails => ({
  InstanceId: member.instanceId,
  InstanceType: member.instanceType,
  AutoScalingGroupName: group.name,
  AvailabilityZone: member.zone,
  LifecycleState: member.lifecycle,
  HealthStatus: member.health.toUpperCase(),
  LaunchTemplate: templateShape(member.template),
  ProtectedFromScaleIn: member.protected,
});

export const tagShapes = ({ name, tags }: Group): client.TagDescription[] =>
  tags.map(({ key, value, propagate }) => ({
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key: key,
    Value: value,
    PropagateAtLaunch: propagate,
  }));

/** A group as DescribeAutoScalingGroups answers it. */
export const groupShape = (group: Group): client.AutoScalingGroup => ({
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: group.arn,
  ...(group.mix
    ? { MixedInstancesPolicy: mixShape({ template: group.launchTemplate, mix: group.mix }) }
    : { LaunchTemplate: templateShape(group.launchTemplate) }),
  MinSize: group.minSize,
  MaxSize: group.maxSize,
  DesiredCapacity: group.desired,
  DefaultCooldown: group.defaultCooldown,
  AvailabilityZones: [...new Set(group.subnets.map(({ zone }) => zone))],
  LoadBalancerNames: [],
  TargetGroupARNs: group.targetGroupArns,
  HealthCheckType: group.healthCheckType,
  HealthCheckGracePeriod: group.graceSeconds,
  Instances: Object.values(group.members).map(memberShape),
  CreatedTime: new Date(group.createdAt),
  SuspendedProcesses: group.suspended.map((ProcessName) => ({ ProcessName, SuspensionReason: 'User suspended' })),
  VPCZoneIdentifier: group.subnets.map(({ subnetId }) => subnetId).join(','),
  EnabledMetrics: group.metrics.map((Metric) => ({ Metric, Granularity: '1Minute' })),
  ...(group.deleting && { Status: 'Delete in progress' }),
  Tags: tagShapes(group),
  TerminationPolicies: group.terminationPolicies,
  NewInstancesProtectedFromScaleIn: group.protectNew,
  ServiceLinkedRoleARN: serviceLinkedRole(group.arn),
  TrafficSources: group.targetGroupArns.map((Identifier) => ({ Identifier, Type: 'elbv2' })),
  CapacityRebalance: false,
  ...(group.defaultWarmupSeconds !== undefined && { DefaultInstanceWarmup: group.defaultWarmupSeconds }),
  ...(group.maintenance && {
    InstanceMaintenancePolicy: {
      MinHealthyPercentage: group.maintenance.min,
      MaxHealthyPercentage: group.maintenance.max,
    },
  }),
});

const serviceLinkedRole = (groupArn: string): string =>
  `arn:aws:iam::${groupArn.split(':')[4]}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
