import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  DeletePolicyCommand,
  PutScalingPolicyCommand,
  SuspendProcessesCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DeleteLogGroupCommand, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AuthorizeSecurityGroupIngressCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  DeleteListenerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { DescribeSecretCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { deploy } from '../../pipeline/commands/deploy.ts';
import { isAwsError } from '../../pipeline/core/errors.ts';
import { versionOf } from '../../pipeline/core/launches.ts';
import { namesOf } from '../../pipeline/core/names.ts';
import { findGroup } from '../../pipeline/core/observe.ts';
import { clients } from './sandbox.ts';
import { unhurried } from './unhurried.ts';
import type { Watched } from './plan-world.ts';

/** Something that happens between two deploys: a change of the app or its settings, a hand in the console, a run that dies. */
export type Step = (watched: Watched, number: number) => Promise<unknown>;

/** Whoever has a hand in the console may do anything there. */
const at = async ({ story }: Watched) => ({
  ...story.ctx,
  aws: unhurried(story.clock, clients(story.sandbox)),
  names: namesOf(await story.target()),
});
const fixed = [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } }];
const nobody = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
});

async function balancerOf(watched: Watched) {
  const { aws, names } = await at(watched);
  const { LoadBalancers = [] } = await aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: [names.balancer] }));
  const LoadBalancerArn = LoadBalancers[0]?.LoadBalancerArn;
  const { Listeners = [] } = await aws.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn }));
  return { elbv2: aws.elbv2, LoadBalancerArn, ListenerArn: Listeners.find(({ Port }) => Port === 80)?.ListenerArn };
}

async function targetGroupOf(watched: Watched) {
  const { aws, names } = await at(watched);
  const found = await aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: [names.targetGroup] }));
  return { elbv2: aws.elbv2, TargetGroupArn: found.TargetGroups?.[0]?.TargetGroupArn };
}

async function groupOf(watched: Watched, which: 'balancerSecurityGroup' | 'appSecurityGroup') {
  const { aws, names } = await at(watched);
  const Filters = [{ Name: 'group-name', Values: [names[which]] }];
  const found = await aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  return { ec2: aws.ec2, group: found.SecurityGroups?.[0] };
}

const updateGroup = async (watched: Watched, change: Record<string, unknown>) => {
  const { aws, names } = await at(watched);
  await aws.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: names.group, ...change }));
};

/** What the user does. */
const ownSteps: Record<string, Step> = {
  'edits the code': ({ story }, number) => story.edit(`line ${number}\n`),
  'goes back to the first code': ({ story }) => story.edit('first line\n'),
  'changes the settings': ({ story }, number) => story.settings({ public: { greeting: `hello ${number}` } }),
  'leaves ROOT_URL out': ({ story }) =>
    writeFile(path.join(story.app, 'settings/production.env'), 'MAIL_URL=smtp://mail.test\n'),
  'changes redeploy.json': ({ story }, number) =>
    story.configure({
      balancer: { idleTimeoutSeconds: 60 + number, deregistrationDelaySeconds: number % 2 ? 60 : 30 },
      fleet: { min: 1 + (number % 2), max: 4 + (number % 3), targetCpuPercent: 50 + (number % 5) },
      logs: { retentionDays: number % 2 ? 30 : 60 },
      health: { intervalSeconds: number % 2 ? 5 : 10 },
    }),
  'names types to fall back on': ({ story }, number) =>
    story.configure({ instance: { fallbackTypes: number % 2 ? ['t3a.small'] : ['t3.medium', 't3a.small'] } }),
  'rolls back': async ({ story }) => {
    await story.rollback().catch(() => undefined);
  },
  'deploys another app': (watched) => {
    const { story } = watched;
    return story.clock.run(async () => {
      const bundle = path.join(story.app, 'bundle');
      await deploy(await at(watched), { ...(await story.target()), app: 'blog' }, { wait: true, bundle });
    });
  },
  'is cut off': (watched, number) => watched.deployCutOff(20 + ((number * 37) % 160)),
};

/** What a hand in the console does. */
const drifts: Record<string, Step> = {
  'listener answers itself': async (watched) => {
    const { elbv2, ListenerArn } = await balancerOf(watched);
    await elbv2.send(new ModifyListenerCommand({ ListenerArn, DefaultActions: fixed }));
  },
  'listener is gone': async (watched) => {
    const { elbv2, ListenerArn } = await balancerOf(watched);
    await elbv2.send(new DeleteListenerCommand({ ListenerArn }));
  },
  'listener is added': async (watched, number) => {
    const { elbv2, LoadBalancerArn } = await balancerOf(watched);
    const request = { LoadBalancerArn, Port: 9000 + number, Protocol: 'HTTP' as const, DefaultActions: fixed };
    await elbv2.send(new CreateListenerCommand(request));
  },
  'balancer drops nothing': async (watched) => {
    const { elbv2, LoadBalancerArn } = await balancerOf(watched);
    const Attributes = [{ Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'false' }];
    await elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
  },
  'rule is opened': async (watched, number) => {
    const { ec2, group } = await groupOf(watched, 'appSecurityGroup');
    const rule = { IpProtocol: 'tcp', FromPort: number + 1, ToPort: number + 1, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group?.GroupId, IpPermissions: [rule] }));
  },
  'rules are closed': async (watched) => {
    const { ec2, group } = await groupOf(watched, 'balancerSecurityGroup');
    const { GroupId, IpPermissions } = group ?? {};
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  },
  'stickiness is off': async (watched) => {
    const { elbv2, TargetGroupArn } = await targetGroupOf(watched);
    const Attributes = [{ Key: 'stickiness.enabled', Value: 'false' }];
    await elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  },
  'health check is slow': async (watched) => {
    const { elbv2, TargetGroupArn } = await targetGroupOf(watched);
    await elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn, HealthCheckIntervalSeconds: 20 }));
  },
  'bounds are changed': (watched, number) => updateGroup(watched, { MaxSize: 6 + number }),
  'group follows $Latest': async (watched) => {
    const { names } = await at(watched);
    const LaunchTemplate = { LaunchTemplateName: names.launchTemplate, Version: '$Latest' };
    await updateGroup(watched, { LaunchTemplate });
  },
  'instance types are changed': async (watched) => {
    const { aws, names } = await at(watched);
    const group = await findGroup({ ...watched.story.ctx, aws }, names.group);
    const LaunchTemplateSpecification = { LaunchTemplateName: names.launchTemplate, Version: versionOf(group) };
    const Overrides = [{ InstanceType: 't3.large' }];
    await updateGroup(watched, {
      MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides } },
    });
  },
  'scaling is off': async (watched) => {
    const { aws, names } = await at(watched);
    await aws.autoScaling.send(new DeletePolicyCommand({ AutoScalingGroupName: names.group, PolicyName: 'cpu' }));
  },
  'scaling is added': async (watched) => {
    const { aws, names } = await at(watched);
    const metric = { PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageNetworkIn' as const } };
    const request = { AutoScalingGroupName: names.group, PolicyName: 'own', PolicyType: 'TargetTrackingScaling' };
    const TargetTrackingConfiguration = { ...metric, TargetValue: 1e6 };
    await aws.autoScaling.send(new PutScalingPolicyCommand({ ...request, TargetTrackingConfiguration }));
  },
  'processes are suspended': async (watched) => {
    const { aws, names } = await at(watched);
    const request = { AutoScalingGroupName: names.group, ScalingProcesses: ['AZRebalance'] };
    await aws.autoScaling.send(new SuspendProcessesCommand(request));
  },
  'role policy is another': async (watched) => {
    const { aws, names } = await at(watched);
    const request = { RoleName: names.builderRole, PolicyName: 'redeploy', PolicyDocument: nobody };
    await aws.iam.send(new PutRolePolicyCommand(request));
  },
  'role policy is gone': async (watched) => {
    const { aws, names } = await at(watched);
    await aws.iam.send(new DeleteRolePolicyCommand({ RoleName: names.appRole, PolicyName: 'redeploy' }));
  },
  'role is trusted by others': async (watched) => {
    const { aws, names } = await at(watched);
    const statement = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await aws.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: names.builderRole, PolicyDocument }));
  },
  'profile is empty': async (watched) => {
    const { aws, names } = await at(watched);
    const request = { InstanceProfileName: names.builderRole, RoleName: names.builderRole };
    await aws.iam.send(new RemoveRoleFromInstanceProfileCommand(request));
  },
  'logs are kept for a day': async (watched) => {
    const { aws, names } = await at(watched);
    await aws.logs.send(new PutRetentionPolicyCommand({ logGroupName: names.logGroup, retentionInDays: 1 }));
  },
  'logs are gone': async (watched) => {
    const { aws, names } = await at(watched);
    await aws.logs.send(new DeleteLogGroupCommand({ logGroupName: names.logGroup }));
  },
  'settings lose their label': async (watched) => {
    const { aws, names } = await at(watched);
    const { VersionIdsToStages = {} } = await aws.secretsManager.send(
      new DescribeSecretCommand({ SecretId: names.secret }),
    );
    const [version, labels = []] = Object.entries(VersionIdsToStages).find(([, all]) => all.length > 1) ?? [];
    const VersionStage = labels.find((label) => label.startsWith('settings-'));
    if (!version || !VersionStage) return;
    const request = { SecretId: names.secret, VersionStage, RemoveFromVersionId: version };
    await aws.secretsManager.send(new UpdateSecretVersionStageCommand(request));
  },
  'lifecycle is gone': async (watched) => {
    const { names } = await at(watched);
    delete watched.story.sandbox.engine.state.ecr.repositories[names.repository]?.lifecyclePolicy;
  },
  'AMIs are gone': async (watched) => {
    const { aws, names } = await at(watched);
    const group = await findGroup({ ...watched.story.ctx, aws }, names.group);
    // With $Latest as well, Auto Scaling refuses every change of the group: nothing that a deploy could put right.
    if (versionOf(group) === '$Latest') return;
    const { Images = [] } = await aws.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    for (const { ImageId } of Images) await aws.ec2.send(new DeregisterImageCommand({ ImageId }));
  },
  'machine is launched beside': async (watched) => {
    const { aws } = await at(watched);
    const { Images = [] } = await aws.ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
    const request = { ImageId: Images[0]?.ImageId, InstanceType: 't3.small' as const, MinCount: 1, MaxCount: 1 };
    await aws.ec2.send(new RunInstancesCommand(request));
  },
};

/** Drift needs something that can drift: where it is not there, nothing happens. */
const absent = [
  'LoadBalancerNotFoundException',
  'TargetGroupNotFoundException',
  'NoSuchEntityException',
  'ResourceNotFoundException',
  'RepositoryNotFoundException',
  'LifecyclePolicyNotFoundException',
  'ListenerNotFoundException',
  'ValidationError',
  'ValidationException',
  'MissingParameter',
  'InvalidParameterValue',
  'DuplicateListenerException',
  'InvalidPermission.Duplicate',
  'OperationNotPermittedFault',
];

const tolerant =
  (step: Step): Step =>
  async (watched, number) => {
    try {
      await watched.story.clock.run(async () => void (await step(watched, number)));
    } catch (error) {
      if (!isAwsError(error, ...absent)) throw error;
    }
  };

/** All steps by name, as a failing run prints them. */
export const steps: ReadonlyMap<string, Step> = new Map([
  ...Object.entries(ownSteps),
  ...Object.entries(drifts).map(([name, step]) => [`drift: ${name}`, tolerant(step)] as const),
]);
