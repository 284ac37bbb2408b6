import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  DescribeImagesCommand,
  DescribeSecurityGroupsCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DescribeRepositoriesCommand, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { failed, ok, type Verdict } from '../../core/check.ts';
import type { Context } from '../../core/context.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';
import { resolveBaseAmi } from '../ami/base-ami.ts';

/** What came of asking for an operation: EC2's dry runs say so themselves, a read is allowed when it is answered. */
export interface Asked {
  action: string;
  /** Name of the error; undefined when there was an answer. */
  error: string | undefined;
}

/** Each service has its own word for it. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const denials = new Set([
  'UnauthorizedOperation',
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'OperationNotPermitted',
]);

export function judgePermissions(asked: readonly Asked[]): Verdict {
  const denied = asked.filter(({ error }) => error !== undefined && denials.has(error)).map(({ action }) => action);
  if (denied.length === 0) return ok(`${asked.length} operations tried, without effect: all are allowed`);
  return failed(`not allowed: ${denied.join(', ')}`, 'give the deployer what `redeploy iam` prints');
}

type Probes = Record<string, () => Promise<unknown>>;

/** Tries operations in a way that changes nothing. */
export async function checkPermissions(ctx: Context, target: Target): Promise<Verdict> {
  const probes = { ...(await dryRuns(ctx, target)), ...reads(ctx, target) };
  return judgePermissions(await Promise.all(Object.entries(probes).map(([action, probe]) => askFor(action, probe))));
}

/** EC2's. A machine can only be tried in a security group of ours: that of the builder, once it is there. */
async function dryRuns(ctx: Context, target: Target): Promise<Probes> {
  const { ec2 } = ctx.aws;
  const names = namesOf(target);
  const [base, group] = await Promise.all([
    resolveBaseAmi(ctx, target).catch(() => undefined),
    findBuilderGroup(ctx, target),
  ]);
  const tagged = (ResourceType: 'instance' | 'volume' | 'launch-template' | 'security-group') => ({
    ResourceType,
    Tags: tagsOf(target, 'doctor'),
  });
  const machine = { ImageId: base?.id, InstanceType: target.instance.type as 't3.small' };
  const launch = {
    ...machine,
    DryRun: true,
    MinCount: 1,
    MaxCount: 1,
    SecurityGroupIds: [group ?? ''],
    TagSpecifications: [tagged('instance'), tagged('volume')],
  };
  const template = {
    DryRun: true,
    LaunchTemplateName: names.launchTemplate,
    LaunchTemplateData: machine,
    TagSpecifications: [tagged('launch-template')],
  };
  const securityGroup = {
    DryRun: true,
    GroupName: names.appSecurityGroup,
    Description: 'dry run',
    TagSpecifications: [tagged('security-group')],
  };
  return {
    ...(group !== undefined && { 'ec2:RunInstances': () => ec2.send(new RunInstancesCommand(launch)) }),
    'ec2:CreateLaunchTemplate': () => ec2.send(new CreateLaunchTemplateCommand(template)),
    'ec2:CreateSecurityGroup': () => ec2.send(new CreateSecurityGroupCommand(securityGroup)),
  };
}

async function findBuilderGroup(ctx: Context, target: Target): Promise<string | undefined> {
  const Filters = [{ Name: 'group-name', Values: [namesOf(target).builderSecurityGroup] }];
  const found = await ctx.aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  return found.SecurityGroups?.[0]?.GroupId;
}

/** One in each service that a deploy uses. */
function reads(ctx: Context, target: Target): Probes {
  const names = namesOf(target);
  const { ec2, autoScaling, elbv2, ecr, iam, logs, secretsManager } = ctx.aws;
  const group = { AutoScalingGroupNames: [names.group] };
  const repository = { repositoryNames: [names.repository] };
  const secret = { SecretId: names.secret };
  return {
    'ec2:DescribeImages': () => ec2.send(new DescribeImagesCommand({ Owners: ['self'] })),
    'autoscaling:DescribeAutoScalingGroups': () => autoScaling.send(new DescribeAutoScalingGroupsCommand(group)),
    'elasticloadbalancing:DescribeLoadBalancers': () => elbv2.send(new DescribeLoadBalancersCommand({ PageSize: 1 })),
    'ecr:GetAuthorizationToken': () => ecr.send(new GetAuthorizationTokenCommand({})),
    'ecr:DescribeRepositories': () => ecr.send(new DescribeRepositoriesCommand(repository)),
    'iam:GetRole': () => iam.send(new GetRoleCommand({ RoleName: names.appRole })),
    'logs:DescribeLogGroups': () => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: names.logGroup })),
    'secretsmanager:DescribeSecret': () => secretsManager.send(new DescribeSecretCommand(secret)),
  };
}

async function askFor(action: string, probe: () => Promise<unknown>): Promise<Asked> {
  try {
    await probe();
    return { action, error: undefined };
  } catch (error) {
    return { action, error: error instanceof Error ? error.name : String(error) };
  }
}
