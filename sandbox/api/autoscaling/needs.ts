import type * as client from '@aws-sdk/client-auto-scaling';
import { resolveLaunchTemplate, templateLaunchRequest } from '../../engine/ec2/template.ts';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, givenTags, need, tagsIn, type Need, type Needs, type Resource } from '../authorize/need.ts';
import { needLaunch } from '../ec2/need-launch.ts';
import { needFirstLinkedRole } from '../iam/linked-roles.ts';

/** list_amazonec2autoscaling.html: the group's ARN has a number in it that only AWS knows before there is a group. */
const groupArn = (engine: Engine, name: string, id = '*') =>
  arnOf(engine, 'autoscaling', `autoScalingGroup:${id}:autoScalingGroupName/${name}`);

function groupResource(engine: Engine, name: string | undefined): Resource | undefined {
  const group = engine.state.autoscaling.groups[name ?? ''];
  return group && { arn: group.arn, tags: Object.fromEntries(group.tags.map(({ key, value }) => [key, value])) };
}

type OfGroup = { AutoScalingGroupName?: string | undefined };

const onGroup = (operation: string) => (input: OfGroup, engine: Engine) => [
  need(`autoscaling:${operation}`, groupResource(engine, input.AutoScalingGroupName)),
];

const onInstance = (operation: string) => (input: { InstanceId?: string | undefined }, engine: Engine) => {
  const holds = Object.values(engine.state.autoscaling.groups).find(({ members }) => members[input.InstanceId ?? '']);
  return [need(`autoscaling:${operation}`, groupResource(engine, holds?.name))];
};

const onTags = (operation: string) => (input: { Tags: client.Tag[] | undefined }, engine: Engine) => {
  const requestTags = tagsIn(input.Tags);
  const names = [...new Set((input.Tags ?? []).map(({ ResourceId }) => ResourceId))];
  const found = names.map((name) => groupResource(engine, name));
  return [need(`autoscaling:${operation}`, ...found.map((one) => givenTags(one, requestTags)))];
};

/** Whoever gives a group a template must be allowed to launch from it; a template that is not there is the handler's to refuse. */
function templateNeeds(
  engine: Engine,
  {
    LaunchTemplate,
    MixedInstancesPolicy,
  }: Pick<client.DesiredConfiguration, 'LaunchTemplate' | 'MixedInstancesPolicy'>,
  subnet?: string,
): Need[] {
  const template = MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? LaunchTemplate;
  if (!template) return [];
  const { LaunchTemplateId: id, LaunchTemplateName: name, Version: version } = template;
  try {
    const resolved = resolveLaunchTemplate(engine, { id, name, version });
    return needLaunch(engine, templateLaunchRequest(engine, resolved, { count: 1, subnetId: subnet }));
  } catch {
    return [];
  }
}

const subnetsOf = (list: string | undefined) => list?.split(',')[0]?.trim();

/** EC2 Auto Scaling. A group asks for nothing but this when it launches by itself: it does so with its own linked role. */
export const autoScalingNeeds: Needs<typeof client> = {
  CreateAutoScalingGroup: (input, engine) => [
    need('autoscaling:CreateAutoScalingGroup', {
      arn: groupArn(engine, input.AutoScalingGroupName),
      requestTags: tagsIn(input.Tags),
    }),
    ...templateNeeds(engine, input, subnetsOf(input.VPCZoneIdentifier)),
    // ec2-auto-scaling-api-permissions.html: "to create the default service-linked role if that role does not yet exist".
    ...(input.ServiceLinkedRoleARN === undefined ? needFirstLinkedRole(engine, 'autoscaling.amazonaws.com') : []),
  ],
  UpdateAutoScalingGroup: (input, engine) => [
    ...onGroup('UpdateAutoScalingGroup')(input, engine),
    ...templateNeeds(engine, input, subnetsOf(input.VPCZoneIdentifier)),
  ],
  StartInstanceRefresh: (input, engine) => [
    ...onGroup('StartInstanceRefresh')(input, engine),
    ...templateNeeds(engine, input.DesiredConfiguration ?? {}),
  ],
  DeleteAutoScalingGroup: onGroup('DeleteAutoScalingGroup'),
  CancelInstanceRefresh: onGroup('CancelInstanceRefresh'),
  RollbackInstanceRefresh: onGroup('RollbackInstanceRefresh'),
  SetDesiredCapacity: onGroup('SetDesiredCapacity'),
  SuspendProcesses: onGroup('SuspendProcesses'),
  ResumeProcesses: onGroup('ResumeProcesses'),
  PutScalingPolicy: onGroup('PutScalingPolicy'),
  DeletePolicy: onGroup('DeletePolicy'),
  ExecutePolicy: onGroup('ExecutePolicy'),
  PutLifecycleHook: onGroup('PutLifecycleHook'),
  DeleteLifecycleHook: onGroup('DeleteLifecycleHook'),
  CompleteLifecycleAction: onGroup('CompleteLifecycleAction'),
  RecordLifecycleActionHeartbeat: onGroup('RecordLifecycleActionHeartbeat'),
  AttachInstances: onGroup('AttachInstances'),
  DetachInstances: onGroup('DetachInstances'),
  EnterStandby: onGroup('EnterStandby'),
  ExitStandby: onGroup('ExitStandby'),
  SetInstanceProtection: onGroup('SetInstanceProtection'),
  AttachLoadBalancerTargetGroups: onGroup('AttachLoadBalancerTargetGroups'),
  DetachLoadBalancerTargetGroups: onGroup('DetachLoadBalancerTargetGroups'),
  EnableMetricsCollection: onGroup('EnableMetricsCollection'),
  DisableMetricsCollection: onGroup('DisableMetricsCollection'),
  PutScheduledUpdateGroupAction: onGroup('PutScheduledUpdateGroupAction'),
  DeleteScheduledAction: onGroup('DeleteScheduledAction'),
  PutNotificationConfiguration: onGroup('PutNotificationConfiguration'),
  DeleteNotificationConfiguration: onGroup('DeleteNotificationConfiguration'),
  SetInstanceHealth: onInstance('SetInstanceHealth'),
  TerminateInstanceInAutoScalingGroup: onInstance('TerminateInstanceInAutoScalingGroup'),
  CreateOrUpdateTags: onTags('CreateOrUpdateTags'),
  DeleteTags: onTags('DeleteTags'),
};
