import {
  DescribeLoadBalancerAttributesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import { tagRecord } from '../../pipeline/core/names.ts';
import { observe } from '../../pipeline/core/observe.ts';
import { startStory, type Story } from '../support/story.ts';

// Each key of redeploy.json has an effect in AWS: at the first deploy, when it is changed, and when somebody changed AWS.

async function targetGroup({ ctx, sandbox }: Story) {
  const { TargetGroups: [group] = [] } = await ctx.aws.elbv2.send(new DescribeTargetGroupsCommand({}));
  const { TargetGroupArn: arn } = group ?? {};
  const { Attributes } = await ctx.aws.elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }));
  const balancer = Object.keys(sandbox.engine.state.elb.loadBalancers)[0];
  const own = await ctx.aws.elbv2.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: balancer }));
  return { arn, ...group, ...tagRecord(Attributes), ...tagRecord(own.Attributes) };
}

describe('health checks, stickiness and timeouts', () => {
  const health = { path: '/up', codes: '200-299', intervalSeconds: 10, timeoutSeconds: 6, healthyChecks: 3 };
  const inAws = {
    HealthCheckPath: '/up',
    Matcher: { HttpCode: '200-299' },
    HealthCheckIntervalSeconds: 10,
    HealthCheckTimeoutSeconds: 6,
    HealthyThresholdCount: 3,
    UnhealthyThresholdCount: 5,
    'stickiness.enabled': 'false',
    'deregistration_delay.timeout_seconds': '40',
    'idle_timeout.timeout_seconds': '90',
  };
  const keys = {
    health: { ...health, unhealthyChecks: 5 },
    balancer: { stickiness: false, deregistrationDelaySeconds: 40, idleTimeoutSeconds: 90 },
  };

  it('are as the settings say from the first deploy on, and again after somebody changed them', async () => {
    await using story = await startStory(keys);
    await story.deploy();
    const made = await targetGroup(story);
    expect(made).toMatchObject(inAws);
    const { elbv2 } = story.account;
    await elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: made.arn, Matcher: { HttpCode: '404' } }));
    const Attributes = [{ Key: 'stickiness.enabled', Value: 'true' }];
    await elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: made.arn, Attributes }));
    expect(await story.deploy()).toMatchObject({ action: 'unchanged' });
    expect(await targetGroup(story)).toMatchObject(inAws);
  });

  it('change with the settings, and are as usual without', async () => {
    await using story = await startStory();
    await story.deploy();
    const usual = await targetGroup(story);
    expect(usual).toMatchObject({
      HealthCheckPath: '/.well-known/redeploy/health',
      Matcher: { HttpCode: '200' },
      HealthCheckIntervalSeconds: 5,
      'stickiness.enabled': 'true',
      'stickiness.lb_cookie.duration_seconds': '86400',
    });
    await story.configure(keys);
    await story.deploy();
    expect(await targetGroup(story)).toMatchObject(inAws);
    await story.configure({ balancer: { stickinessSeconds: 600 } });
    await story.deploy();
    expect(await targetGroup(story)).toMatchObject({
      HealthCheckPath: usual.HealthCheckPath,
      'stickiness.enabled': 'true',
      'stickiness.lb_cookie.duration_seconds': '600',
    });
  });

  it('of a page of the app fail a deploy whose page answers otherwise, with what it says', async () => {
    await using story = await startStory({ health: { verifyPath: '/shop', verifyCodes: '200,302' } });
    await story.deploy();
    await story.edit('second line\n');
    story.played.apps.set('v2', { pageStatus: 404 });
    await expect(story.deploy()).rejects.toMatchObject({
      code: 'traffic',
      message: '/shop answers with status 404, health.verifyCodes is 200,302',
      lines: [expect.stringContaining('v2 on')],
    });
  });

  it('of a path of the app keep a release from going live whose page answers otherwise', async () => {
    await using story = await startStory({ health: { path: '/shop', codes: '200' } });
    await story.deploy();
    await story.edit('second line\n');
    story.played.apps.set('v2', { pageStatus: 500 });
    await expect(story.deploy()).rejects.toMatchObject({
      code: 'release',
      message: expect.stringContaining('v2 is bad'),
    });
    const { fleet } = await observe(story.ctx, await story.target());
    expect(fleet?.live).toBe('v1');
  });
});

/** What the newest release's machines, or the last builder, were told. */
const volumesOf = ({ sandbox }: Story) =>
  Object.values(sandbox.engine.state.ec2.volumes).filter(({ tags }) => tags['redeploy:role'] === 'app');

describe('machines', () => {
  it('have the root volume that the settings name; another one is another release', async () => {
    await using story = await startStory();
    await story.deploy();
    expect(volumesOf(story)[0]).toMatchObject({ type: 'gp3', sizeGiB: 12, encrypted: true });
    await story.configure({
      instance: {
        rootVolumeGiB: 40,
        rootVolumeIops: 4000,
        rootVolumeThroughputMiBps: 250,
        rootVolumeKmsKey: 'alias/shop',
      },
    });
    expect(await story.deploy()).toMatchObject({ release: 'v2' });
    const fresh = volumesOf(story).filter(({ tags }) => tags['redeploy:release'] === 'v2');
    expect(fresh).toHaveLength(2);
    const wanted = { type: 'gp3', sizeGiB: 40, iops: 4000, throughput: 250, encrypted: true, kmsKeyId: 'alias/shop' };
    for (const volume of fresh) expect(volume).toMatchObject(wanted);
  });

  it('have the packages and commands of the bake: others make another AMI, the same do not', async () => {
    await using story = await startStory();
    const plain = await story.deploy();
    const bake = { packages: ['ImageMagick', 'htop'], commands: ['timedatectl set-timezone "Europe/Berlin"'] };
    await story.configure({ bake });
    const rich = await story.deploy();
    expect(rich.ami).not.toBe(plain.ami);
    const told = builders(story).at(-1) ?? '';
    expect(told).toMatch(/bake-packages.*"ImageMagick\\nhtop\\n"/);
    expect(told).toContain(String.raw`timedatectl set-timezone \"Europe/Berlin\"`);
    expect(await story.deploy()).toMatchObject({ action: 'unchanged', ami: rich.ami });
    await story.configure({});
    expect((await story.deploy()).ami).toBe(plain.ami);
  });
});

const builders = ({ sandbox }: Story): string[] =>
  Object.values(sandbox.engine.state.ec2.instances)
    .filter(({ tags }) => tags['redeploy:role'] === 'builder')
    .map(({ userData = '' }) => Buffer.from(userData, 'base64').toString());
