import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  DescribeImagesCommand,
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

/** Tries operations in a way that changes nothing. */
export async function checkPermissions(ctx: Context, target: Target): Promise<Verdict> {
  const names = namesOf(target);
  const { ec2, autoScaling, elbv2, ecr, iam, logs, secretsManager } = ctx.aws;
  const base = await resolveBaseAmi(ctx, target).catch(() => undefined);
  const Tags = tagsOf(target, 'doctor');
  const machine = { ImageId: base?.id, InstanceType: target.instance.type as 't3.small' };
  const launch = { ...machine, MinCount: 1, MaxCount: 1, TagSpecifications: [{ ResourceType: 'instance', Tags }] };
  const probes: Record<string, () => Promise<unknown>> = {
    'ec2:DescribeImages': () => ec2.send(new DescribeImagesCommand({ Owners: ['self'] })),
    'ec2:RunInstances': () =>
      ec2.send(
        new RunInstancesCommand({ ...launch, DryRun: true } as ConstructorParameters<typeof RunInstancesCommand>[0]),
      ),
    'ec2:CreateLaunchTemplate': () =>
      ec2.send(
        new CreateLaunchTemplateCommand({
          DryRun: true,
          LaunchTemplateName: names.launchTemplate,
          LaunchTemplateData: machine,
          TagSpecifications: [{ ResourceType: 'launch-template', Tags }],
        }),
      ),
    'ec2:CreateSecurityGroup': () =>
      ec2.send(
        new CreateSecurityGroupCommand({
          DryRun: true,
          GroupName: names.appSecurityGroup,
          Description: 'dry run',
          TagSpecifications: [{ ResourceType: 'security-group', Tags }],
        }),
      ),
    'autoscaling:DescribeAutoScalingGroups': () =>
      autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [names.group] })),
    'elasticloadbalancing:DescribeLoadBalancers': () =>
      elbv2.send(new DescribeLoadBalancersCommand({ Names: [names.balancer] })),
    'ecr:GetAuthorizationToken': () => ecr.send(new GetAuthorizationTokenCommand({})),
    'ecr:DescribeRepositories': () =>
      ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [names.repository] })),
    'iam:GetRole': () => iam.send(new GetRoleCommand({ RoleName: names.appRole })),
    'logs:DescribeLogGroups': () => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: names.logGroup })),
    'secretsmanager:DescribeSecret': () => secretsManager.send(new DescribeSecretCommand({ SecretId: names.secret })),
  };
  return judgePermissions(await Promise.all(Object.entries(probes).map(([action, probe]) => askFor(action, probe))));
}

async function askFor(action: string, probe: () => Promise<unknown>): Promise<Asked> {
  try {
    await probe();
    return { action, error: undefined };
  } catch (error) {
    return { action, error: error instanceof Error ? error.name : String(error) };
  }
}
