import { RequestCertificateCommand } from '@aws-sdk/client-acm';
import { SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateLaunchTemplateVersionCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import {
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { DeleteRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deploy } from '../../pipeline/commands/deploy.ts';
import { doctor } from '../../pipeline/commands/doctor.ts';
import { plan } from '../../pipeline/commands/plan.ts';
import { releases } from '../../pipeline/commands/releases.ts';
import { repair } from '../../pipeline/commands/repair.ts';
import { status } from '../../pipeline/commands/status.ts';
import { AwsError } from '../../sandbox/api/error.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { companyVpc, endpointsAlone } from './company-vpc.ts';
import { deployerTargets, makeDeployer } from './deployer.ts';
import { startStory, type Story, type StorySandbox } from './story.ts';
import { perform, setWeather } from './weather.ts';

const group = { AutoScalingGroupName: 'shop-production' };
const hour = 3_600_000;

const open = (redeploy: Record<string, unknown> = {}, around: StorySandbox = {}) =>
  startStory(redeploy, { timing: { ...timings.none, tickMs: 2500 }, ...around });

const repaired = (story: Story) => story.clock.run(async () => repair(story.ctx, await story.target()));

async function looks(story: Story): Promise<void> {
  const target = await story.target();
  await story.clock.run(() => status(story.ctx, target));
  await story.clock.run(() => releases(story.ctx, target));
  await story.clock.run(() => plan(story.ctx, target, { bundle: path.join(story.app, 'bundle') }));
}

/** Somebody with the console changes what is ours. */
async function meddle({ account, sandbox }: Story): Promise<void> {
  const { elb, ec2 } = sandbox.engine.state;
  const [LoadBalancerArn] = Object.keys(elb.loadBalancers);
  const [TargetGroupArn] = Object.keys(elb.targetGroups);
  const [listener] = Object.values(elb.listeners);
  const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value: '90' }];
  await account.elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
  await account.elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn, Matcher: { HttpCode: '404' } }));
  const delay = [{ Key: 'deregistration_delay.timeout_seconds', Value: '7' }];
  await account.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: delay }));
  const answer = { Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } };
  await account.elbv2.send(new ModifyListenerCommand({ ListenerArn: listener?.arn, DefaultActions: [answer] }));
  const app = Object.values(ec2.securityGroups).find(({ name }) => name === 'shop-production-app');
  const GroupId = app?.id;
  const open = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
  await account.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: open }));
  const ours = app?.rules.find(({ egress, fromPort }) => !egress && fromPort !== 22);
  await account.ec2.send(
    new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: ours ? [ours.id] : [] }),
  );
  await account.logs.send(new DeleteRetentionPolicyCommand({ logGroupName: '/redeploy/shop/production' }));
  const RoleName = 'redeploy-shop-production-us-east-1-app';
  await account.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'redeploy' }));
}

async function configure(story: Story, changes: Record<string, unknown>): Promise<void> {
  const file = path.join(story.app, 'redeploy.json');
  const written = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...written, ...changes }));
  await makeDeployer(story.sandbox, await deployerTargets(story.app));
}

/** What is left when a run died at the worst moments, and what somebody else left. */
async function litter(story: Story): Promise<void> {
  const { images, snapshots } = story.sandbox.engine.state.ec2;
  const good = Object.values(images).find(({ tags }) => tags['redeploy:role'] === 'ami');
  const snapshot = Object.values(snapshots).find(({ tags }) => tags['redeploy:role'] === 'ami');
  if (!good || !snapshot) throw new Error('there is no AMI');
  const failed = 'ami-0aaaaaaaaaaaaaaaa';
  images[failed] = { ...structuredClone(good), id: failed, state: 'failed', devices: [] };
  snapshots['snap-0aaaaaaaaaaaaaaaa'] = { ...structuredClone(snapshot), id: 'snap-0aaaaaaaaaaaaaaaa' };
  const LaunchTemplateData = { ImageId: good.id };
  await story.account.ec2.send(
    new CreateLaunchTemplateVersionCommand({ LaunchTemplateName: 'shop-production', LaunchTemplateData }),
  );
  await story.account.autoScaling.send(new SuspendProcessesCommand({ ...group, ScalingProcesses: ['Launch'] }));
}

/** Values, and the AMI to bake on, that stand elsewhere. */
async function refer(story: Story): Promise<void> {
  const base = Object.values(story.sandbox.engine.state.ec2.images)[0]?.id ?? '';
  await story.account.secretsManager.send(new CreateSecretCommand({ Name: 'shop/mail', SecretString: 'smtp://mail' }));
  const parameter = { Value: base, Type: 'String' as const };
  await story.account.ssm.send(new PutParameterCommand({ Name: '/shop/base', ...parameter }));
  await story.account.ssm.send(new PutParameterCommand({ Name: '/shop/key', ...parameter }));
  const secrets = { MAIL_URL: 'secretsmanager:shop/mail', KEY: 'ssm:/shop/key' };
  await configure(story, { bake: { baseAmi: '/shop/base' }, environments: { production: { secrets } } });
}

/** A deploy whose process dies at its first calls of these, and leaves what it made. */
async function dies(story: Story, ...calls: string[]): Promise<void> {
  setWeather(
    story,
    calls.map((name) => ({ kind: 'unavailable', calls: name })),
  );
  await perform(story, 'deploy');
  setWeather(story, []);
  await story.clock.advance(hour);
}

/** AWS takes no roll of a group back that was made to follow `$Latest` (API_RollbackInstanceRefresh.html): it can only be stopped. */
const irreversible: NonNullable<StorySandbox['before']> = async ({ operation }) => {
  if (operation !== 'RollbackInstanceRefresh') return;
  throw new AwsError('IrreversibleInstanceRefresh', 'The instance refresh cannot be rolled back.');
};

/** Ctrl-C so long after the deploy began. */
async function interrupt(story: Story, afterMs: number): Promise<void> {
  const controller = new AbortController();
  const target = await story.target();
  await story.clock.run(async () => {
    const ctx = { ...story.ctx, signal: controller.signal };
    const options = { wait: true, bundle: path.join(story.app, 'bundle') };
    const end = deploy(ctx, target, options).catch(() => undefined);
    await Promise.race([end, story.clock.sleep(afterMs)]);
    controller.abort(new Error('interrupted'));
    await end;
  });
}

/** An environment with all that few environments have. */
const everyExtra = {
  balancer: { domain: 'shop.example.com', otherDomains: ['www.shop.example.com'] },
  network: { vpc: 'company', subnets: ['private-a', 'private-b'], balancerSubnets: ['public'] },
  fleet: { targetRequestsPerMinute: 900, schedules: { rush: { recurrence: '0 8 * * *', min: 3, max: 6 } } },
  notifications: { topic: 'arn:aws:sns:us-east-1:123456789012:alarms' },
  rollout: { alarms: ['errors'] },
};
const nothingExtra = { balancer: {}, fleet: {}, notifications: {}, rollout: {} };

/** An alarm of somebody's, that is quiet. */
async function ringable({ account }: Story, AlarmName: string): Promise<void> {
  const metric = { Namespace: 'shop', MetricName: AlarmName, Statistic: 'Sum' as const, Period: 60 };
  const rule = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' as const };
  await account.cloudWatch.send(new PutMetricAlarmCommand({ AlarmName, ...metric, ...rule }));
  const quiet = { AlarmName, StateValue: 'OK' as const, StateReason: 'said so' };
  await account.cloudWatch.send(new SetAlarmStateCommand(quiet));
}

/** Stories that use every permission of the deployer's: what the policies must suffice for. */
export const permissionStories: Record<string, () => Promise<void>> = {
  'deploys, a rollback, looks; then everything is put right that somebody changed or left': async () => {
    await using story = await open();
    await story.deploy();
    await story.edit('second line\n');
    await story.settings({ public: { greeting: 'hello again' } });
    await story.deploy();
    await story.rollback();
    story.played.apps.set('v3', { isMute: true });
    await story.edit('bad line\n');
    await story.deploy().catch(() => undefined);
    story.played.apps.clear();
    await looks(story);
    await meddle(story);
    await configure(story, { fleet: { min: 1, max: 3 } });
    await story.deploy();
    await story.edit('third line\n');
    await story.settings({ public: { greeting: 'and again' } });
    await dies(story, 'ec2:CreateImage', 'ec2:TerminateInstances');
    await story.settings({ public: { greeting: 'and once more' } });
    await story.deploy();
    await litter(story);
    await repaired(story);
  },
  'with values and base AMI by reference: Ctrl-C takes back, bad releases are taken back': async () => {
    await using story = await open({}, { before: irreversible });
    await refer(story);
    await interrupt(story, 20_000);
    story.played.failBakeAt = 'pull the image';
    await story.deploy().catch(() => undefined);
    story.played.failBakeAt = undefined;
    story.played.apps.set('v1', { exitsWith: 'Error: no such collection' });
    await story.deploy().catch(() => undefined);
    story.played.apps.clear();
    await story.deploy();
    story.played.apps.set('v3', { neverBoots: true });
    await story.edit('second line\n');
    await story.deploy().catch(() => undefined);
  },
  'a domain, a company’s network, alarms, schedules, notifications and a doctor; then all of it is taken away':
    async () => {
      await using story = await open(everyExtra);
      const vpc = companyVpc(story);
      endpointsAlone(story, vpc);
      await writeFile(path.join(story.app, 'settings/production.env'), 'MAIL_URL=smtp://mail.example.com\n');
      await story.account.route53.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }));
      await ringable(story, 'errors');
      await story.account.sns.send(new CreateTopicCommand({ Name: 'alarms' }));
      // Somebody else's, which nobody has proved yet.
      const [DomainName, ...SubjectAlternativeNames] = ['shop.example.com', 'www.shop.example.com'];
      const names = { DomainName, SubjectAlternativeNames, Tags: [{ Key: 'team', Value: 'web' }] };
      await story.account.acm.send(new RequestCertificateCommand({ ...names, ValidationMethod: 'EMAIL' }));
      await story.deploy();
      const target = await story.target();
      const bundle = path.join(story.app, 'bundle');
      await story.clock.run(() => doctor(story.ctx, target, { bundle }));
      await story.clock.run(() => plan(story.ctx, target, { bundle, prices: true }));
      // The network is moved to another subnet of the first zone.
      const { subnets } = story.sandbox.engine.state.ec2;
      const [first, second] = vpc.publics.flatMap((id) => subnets[id] ?? []);
      const moved = 'subnet-0c0ffee0000000009';
      if (first) subnets[moved] = { ...first, id: moved, cidr: '10.0.9.0/24' };
      const network = { ...everyExtra.network, balancerSubnets: [moved, second?.id] };
      await story.configure({ ...nothingExtra, network });
      await story.deploy();
    },
  'machines in reserve: a rollback within seconds': async () => {
    await using story = await open({ rollout: { keepPreviousMinutes: 60 } });
    await story.deploy();
    await story.edit('second line\n');
    await story.deploy();
    await story.rollback();
  },
};
