import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateTagsCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  RegisterImageCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  DeregisterTargetsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import type { Aws } from '../../../pipeline/core/context.ts';

/** A request of the pipeline, as far as parts read it. */
export interface Request {
  /** `ec2:CreateImage`: signing name and operation. */
  operation: string;
  form: URLSearchParams;
  json: Record<string, unknown>;
}

export interface Played {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

interface Stage {
  /** Clients at the emulator. */
  aws: Aws;
  /** Lets the emulator answer. */
  pass: () => Promise<Played>;
}

type Part = (request: Request, stage: Stage) => Promise<Played>;

const xml = (status: number, text: string): Played => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: Buffer.from(text),
});
const ec2 = (operation: string, content: string): Played =>
  xml(
    200,
    `<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>bridge</requestId>${content}</${operation}Response>`,
  );
const ec2Error = (code: string, message: string): Played =>
  xml(
    400,
    `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>bridge</RequestID></Response>`,
  );

/** What is played, by operation; all else passes. */
export const parts: Record<string, Part> = {
  'ec2:CreateTags': bakeWhenTold,
  'ec2:CreateImage': createImage,
  'ec2:GetConsoleOutput': async ({ form }) =>
    ec2('GetConsoleOutput', `<instanceId>${form.get('InstanceId')}</instanceId><output></output>`),
  'ec2:DescribeInstanceTypeOfferings': offerEverywhere,
  'ec2:DescribeLaunchTemplateVersions': nameTheMissingTemplate,
  'ec2:CreateLaunchTemplateVersion': nameTheMissingTemplate,
  'autoscaling:CreateAutoScalingGroup': registerNewMachines,
  'autoscaling:DescribeInstanceRefreshes': noRefreshes,
  'autoscaling:DescribeNotificationConfigurations': noNotifications,
  'autoscaling:StartInstanceRefresh': replaceMachines,
  'secretsmanager:PutSecretValue': keepLabels,
};

/** The machine of the bake: told what to pull, it bakes, says so by tag and powers off. */
async function bakeWhenTold({ form }: Request, { aws, pass }: Stage): Promise<Played> {
  const answer = await pass();
  const machine = form.get('ResourceId.1') ?? '';
  const isTold = [...form].some(([key, value]) => /^Tag\.\d+\.Key$/.test(key) && value === 'redeploy:pull');
  if (!isTold || answer.status !== 200) return answer;
  const done = [{ Key: 'redeploy:bake', Value: 'done' }];
  await aws.ec2.send(new CreateTagsCommand({ Resources: [machine], Tags: done }));
  await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [machine] }));
  return answer;
}

/** CreateImage of a stopped machine, which MiniStack lacks: registers an image of that name with the tags. */
async function createImage({ form }: Request, { aws }: Stage): Promise<Played> {
  const InstanceIds = [form.get('InstanceId') ?? ''];
  const { Reservations } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds }));
  const state = Reservations?.[0]?.Instances?.[0]?.State?.Name;
  if (state !== 'stopped') return ec2Error('IncorrectInstanceState', `the machine is ${state}`);
  const wanted = {
    Name: form.get('Name') ?? '',
    Description: form.get('Description') ?? '',
    Architecture: 'x86_64' as const,
    VirtualizationType: 'hvm',
    RootDeviceName: '/dev/xvda',
  };
  try {
    const { ImageId = '' } = await aws.ec2.send(new RegisterImageCommand(wanted));
    await aws.ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags: tagsIn(form, 'TagSpecification.1.Tag') }));
    return ec2('CreateImage', `<imageId>${ImageId}</imageId>`);
  } catch (error) {
    const { name, message } = error as Error;
    return ec2Error(name, message);
  }
}

function tagsIn(form: URLSearchParams, prefix: string): { Key: string; Value: string }[] {
  const tags: { Key: string; Value: string }[] = [];
  for (let at = 1; form.has(`${prefix}.${at}.Key`); at += 1)
    tags.push({ Key: form.get(`${prefix}.${at}.Key`) ?? '', Value: form.get(`${prefix}.${at}.Value`) ?? '' });
  return tags;
}

/** DescribeInstanceTypeOfferings, which MiniStack lacks: every zone has the type that is asked for. */
async function offerEverywhere({ form }: Request, { aws }: Stage): Promise<Played> {
  const { AvailabilityZones = [] } = await aws.ec2.send(new DescribeAvailabilityZonesCommand({}));
  const type = form.get('Filter.1.Value.1');
  const items = AvailabilityZones.map(
    ({ ZoneName }) =>
      `<item><instanceType>${type}</instanceType><locationType>availability-zone</locationType><location>${ZoneName}</location></item>`,
  );
  return ec2('DescribeInstanceTypeOfferings', `<instanceTypeOfferingSet>${items.join('')}</instanceTypeOfferingSet>`);
}

/** The documented code for a template that was asked for by name; MiniStack answers the one for ids. */
async function nameTheMissingTemplate({ form }: Request, { pass }: Stage): Promise<Played> {
  const answer = await pass();
  if (answer.status < 400 || !form.has('LaunchTemplateName')) return answer;
  const text = answer.body.toString('utf8');
  return {
    ...answer,
    body: Buffer.from(text.replace('InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateName.NotFound')),
  };
}

/** New machines of a group get ready and register with its target groups, where MiniStack calls every target healthy. */
async function registerNewMachines({ form }: Request, { aws, pass }: Stage): Promise<Played> {
  const answer = await pass();
  const name = form.get('AutoScalingGroupName') ?? '';
  if (answer.status === 200) await registerMachines(aws, name, await targetGroupOf(aws, name));
  return answer;
}

/** Where the emulator has no instance refreshes at all (moto), there were none yet. */
async function noRefreshes(_: Request, { pass }: Stage): Promise<Played> {
  const answer = await pass();
  if (answer.status < 500) return answer;
  return noneOf('DescribeInstanceRefreshes', 'InstanceRefreshes');
}

/** Neither emulator has notifications: no topic was told to any group. */
async function noNotifications(_: Request, { pass }: Stage): Promise<Played> {
  const answer = await pass();
  return answer.status < 400 ? answer : noneOf('DescribeNotificationConfigurations', 'NotificationConfigurations');
}

/** An answer of Auto Scaling with an empty list. */
function noneOf(operation: string, list: string): Played {
  const namespace = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';
  const result = `<${operation}Result><${list}/></${operation}Result>`;
  return xml(200, `<${operation}Response xmlns="${namespace}">${result}</${operation}Response>`);
}

/** The target group has its group's name. */
async function targetGroupOf(aws: Aws, name: string): Promise<string> {
  const { TargetGroups = [] } = await aws.elbv2.send(new DescribeTargetGroupsCommand({ Names: [name] }));
  return TargetGroups[0]?.TargetGroupArn ?? '';
}

async function registerMachines(aws: Aws, name: string, TargetGroupArn: string): Promise<void> {
  const { TargetHealthDescriptions = [] } = await aws.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  const gone = TargetHealthDescriptions.map(({ Target }) => ({ Id: Target?.Id ?? '' }));
  if (gone.length > 0) await aws.elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: gone }));
  const request = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  const { AutoScalingGroups = [] } = await aws.autoScaling.send(request);
  const Targets = (AutoScalingGroups[0]?.Instances ?? []).map(({ InstanceId = '' }) => ({ Id: InstanceId }));
  if (Targets.length > 0) await aws.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
}

/**
 * The roll: MiniStack writes a refresh down as successful and moves nothing. Here the group is made anew with the desired
 * version, so that all its machines are new ones of that version, and these register; then MiniStack may write it down.
 */
async function replaceMachines({ form }: Request, { aws, pass }: Stage): Promise<Played> {
  const name = form.get('AutoScalingGroupName') ?? '';
  const request = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  const group = (await aws.autoScaling.send(request)).AutoScalingGroups?.[0];
  if (!group) return pass();
  const prefix = 'DesiredConfiguration.LaunchTemplate';
  await aws.autoScaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true }));
  await aws.autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchTemplate: {
        LaunchTemplateName: form.get(`${prefix}.LaunchTemplateName`) ?? '',
        Version: form.get(`${prefix}.Version`) ?? '',
      },
      MinSize: group.MinSize,
      MaxSize: group.MaxSize,
      DesiredCapacity: group.DesiredCapacity,
      VPCZoneIdentifier: group.VPCZoneIdentifier,
      HealthCheckType: group.HealthCheckType,
      HealthCheckGracePeriod: group.HealthCheckGracePeriod,
      Tags: (group.Tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value, PropagateAtLaunch: false })),
    }),
  );
  await registerMachines(aws, name, await targetGroupOf(aws, name));
  return pass();
}

/** The labels that PutSecretValue names: MiniStack drops all but AWSCURRENT. */
async function keepLabels({ json }: Request, { aws, pass }: Stage): Promise<Played> {
  const answer = await pass();
  if (answer.status !== 200) return answer;
  const {
    SecretId = '',
    ClientRequestToken = '',
    VersionStages = [],
  } = json as {
    SecretId?: string;
    ClientRequestToken?: string;
    VersionStages?: string[];
  };
  for (const VersionStage of VersionStages.filter((label) => !label.startsWith('AWS'))) {
    const move = { SecretId, VersionStage, MoveToVersionId: ClientRequestToken };
    await aws.secretsManager.send(new UpdateSecretVersionStageCommand(move));
  }
  return answer;
}
