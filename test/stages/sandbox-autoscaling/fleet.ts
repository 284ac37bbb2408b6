import {
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeScalingActivitiesCommand,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import type {
  CreateAutoScalingGroupCommandInput,
  Instance,
  InstanceRefresh,
  RefreshPreferences,
} from '@aws-sdk/client-auto-scaling';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateSecurityGroupCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { stockImageId } from '../../../sandbox/engine/ec2/stock.ts';
import { timings } from '../../../sandbox/engine/engine.ts';
import type { Timing } from '../../../sandbox/engine/engine.ts';
import { simulatedMachines } from '../../../sandbox/engine/machines/simulated.ts';
import type { Script } from '../../../sandbox/engine/machines/simulated.ts';
import { fakeClock } from '../../support/clock.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';

/** What the app on a machine does, by the machine's user data. */
const apps: Record<string, Script> = {
  good: { run: (act) => act.listen(3000, () => ({ status: 200 })) },
  slow: {
    run: async (act) => {
      await act.sleep(60_000);
      act.listen(3000, () => ({ status: 200 }));
    },
  },
  bad: { run: (act) => act.listen(3000, () => ({ status: 500 })) },
};

const userData = (app: string) => Buffer.from(app).toString('base64');
const seconds = (n: number) => n * 1000;

/** A sandbox on fake time with a template (version 1, app `good`), a balancer and a target group; no group yet. */
export async function startFleet(options: { timing?: Partial<Timing>; drainSeconds?: number } = {}) {
  const clock = fakeClock();
  const machines = simulatedMachines({ clock, behaviour: ({ userData: text }) => apps[text.trim()] ?? {} });
  const log: string[] = [];
  const sandbox = await startSandbox({
    clock,
    machines,
    timing: { ...timings.none, tickMs: 1000, ...options.timing },
    log: (line) => log.push(line),
  });
  const { autoScaling: asg, ec2, elbv2 } = clients(sandbox);
  const subnets = Object.keys(sandbox.engine.state.ec2.subnets).slice(0, 2);
  const VpcId = Object.keys(sandbox.engine.state.ec2.vpcs)[0];

  const { GroupId } = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'app', Description: 'app', VpcId }));
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  const LaunchTemplateData = {
    ImageId: stockImageId('x86_64'),
    InstanceType: 't3.small' as const,
    SecurityGroupIds: [GroupId ?? ''],
    UserData: userData('good'),
  };
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 'shop', LaunchTemplateData }));

  const balancer = await elbv2.send(new CreateLoadBalancerCommand({ Name: 'shop', Subnets: subnets }));
  const target = await elbv2.send(
    new CreateTargetGroupCommand({
      Name: 'shop',
      Protocol: 'HTTP',
      Port: 3000,
      VpcId,
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
    }),
  );
  const TargetGroupArn = target.TargetGroups?.[0]?.TargetGroupArn ?? '';
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: String(options.drainSeconds ?? 30) }];
  await elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  await elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer.LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 8080,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  );

  const AutoScalingGroupName = 'shop';
  const create = (input: Partial<CreateAutoScalingGroupCommandInput> = {}) =>
    asg.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchTemplate: { LaunchTemplateName: 'shop', Version: '1' },
        MinSize: 0,
        MaxSize: 20,
        DesiredCapacity: 2,
        VPCZoneIdentifier: subnets.join(','),
        TargetGroupARNs: [TargetGroupArn],
        HealthCheckType: 'ELB',
        HealthCheckGracePeriod: 120,
        DefaultInstanceWarmup: 0,
        ...input,
      }),
    );

  const group = async () => {
    const names = { AutoScalingGroupNames: [AutoScalingGroupName] };
    return (await asg.send(new DescribeAutoScalingGroupsCommand(names))).AutoScalingGroups?.[0];
  };
  const instances = async (): Promise<Instance[]> => (await group())?.Instances ?? [];
  const refreshes = async (): Promise<InstanceRefresh[]> =>
    (await asg.send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName }))).InstanceRefreshes ?? [];
  const refresh = async (): Promise<InstanceRefresh> => (await refreshes())[0] ?? {};
  const activities = async () =>
    (await asg.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName }))).Activities ?? [];

  /** Lets time pass in steps until the probe is satisfied; fails after `forSeconds` of it. */
  const until = async (
    what: string,
    probe: () => Promise<boolean>,
    { forSeconds = 600, stepMs = 1000 }: { forSeconds?: number; stepMs?: number } = {},
  ) => {
    const deadline = clock.now() + seconds(forSeconds);
    while (!(await probe())) {
      if (clock.now() > deadline) throw new Error(`not within ${forSeconds} s: ${what}\n${log.slice(-30).join('\n')}`);
      await clock.advance(stepMs);
    }
  };
  const settled = (count: number) =>
    until(`${count} healthy instances`, async () => {
      const all = await instances();
      return (
        all.length === count && all.every((one) => one.LifecycleState === 'InService') && (await healthy()) === count
      );
    });
  const healthy = async () =>
    Object.values(sandbox.engine.state.elb.targetGroups[TargetGroupArn]?.targets ?? {}).filter(
      ({ state }) => state === 'healthy',
    ).length;
  const ended = async (status: string, forSeconds = 7200) => {
    const isOver = async () => (await refresh()).EndTime !== undefined;
    await until(`refresh ${status}`, isOver, { forSeconds, stepMs: 5000 });
    const { Status, StatusReason } = await refresh();
    if (Status !== status) throw new Error(`refresh is ${Status}: ${StatusReason}\n${log.slice(-30).join('\n')}`);
  };

  return {
    sandbox,
    machines,
    clock,
    log,
    asg,
    ec2,
    elbv2,
    name: AutoScalingGroupName,
    targetGroupArn: TargetGroupArn,
    create,
    group,
    instances,
    refresh,
    refreshes,
    activities,
    until,
    settled,
    ended,
    versions: async () => (await instances()).map((one) => one.LaunchTemplate?.Version),
    newVersion: (app: string) =>
      ec2.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateName: 'shop',
          SourceVersion: '1',
          LaunchTemplateData: { UserData: userData(app) },
        }),
      ),
    startRefresh: (Preferences: RefreshPreferences, Version: string | undefined = '2') =>
      asg.send(
        new StartInstanceRefreshCommand({
          AutoScalingGroupName,
          ...(Version && { DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'shop', Version } } }),
          Preferences,
        }),
      ),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>;

/** Follows a fleet second by second: how many instances of each version were there, and in service. */
export async function watch(fleet: Fleet, until: () => Promise<boolean>) {
  const seen: { versions: string; inService: number; total: number }[] = [];
  await fleet.until('the end of what is watched', async () => {
    const all = await fleet.instances();
    const alive = all.filter(({ LifecycleState = '' }) => !LifecycleState.startsWith('Terminat'));
    seen.push({
      versions: alive
        .map((one) => one.LaunchTemplate?.Version)
        .sort((a = '', b = '') => a.localeCompare(b))
        .join(''),
      inService: alive.filter(({ LifecycleState }) => LifecycleState === 'InService').length,
      total: alive.length,
    });
    return until();
  });
  return seen;
}
