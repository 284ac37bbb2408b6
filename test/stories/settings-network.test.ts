import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, it } from 'vitest';
import { companyVpc, endpointsAlone, inCompanyVpc as keys } from '../support/company-vpc.ts';
import { startStory, type Story } from '../support/story.ts';

async function places({ ctx, sandbox }: Story) {
  const { LoadBalancers: [balancer] = [] } = await ctx.aws.elbv2.send(new DescribeLoadBalancersCommand({}));
  const { AutoScalingGroups: [group] = [] } = await ctx.aws.autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  const machines = Object.values(sandbox.engine.state.ec2.instances).filter(({ state }) => state === 'running');
  return {
    balancer: balancer?.AvailabilityZones?.map(({ SubnetId }) => SubnetId),
    group: group?.VPCZoneIdentifier?.split(','),
    addresses: machines.map(({ publicIp }) => publicIp !== undefined),
  };
}

describe('a company VPC, by its tag Name', () => {
  it('has the balancer in its public subnets, the machines in private ones without public addresses', async () => {
    await using story = await startStory(keys);
    const { publics, privates } = companyVpc(story);
    await story.deploy();
    expect(await places(story)).toEqual({ balancer: publics, group: privates, addresses: [false, false] });
    const builders = Object.values(story.sandbox.engine.state.ec2.instances).filter(
      ({ tags }) => tags['redeploy:role'] === 'builder',
    );
    expect(builders.map(({ subnetId, publicIp }) => [subnetId, publicIp])).toEqual([[privates[0], undefined]]);
    await story.configure({ network: { vpc: 'company', subnets: ['public'] } });
    expect(await story.deploy()).toMatchObject({ action: 'deployed', release: 'v2' });
    expect(await places(story)).toEqual({ balancer: publics, group: publics, addresses: [true, true] });
  });

  it('cannot be moved to, once the environment lives elsewhere', async () => {
    await using story = await startStory();
    companyVpc(story);
    await story.deploy();
    await story.configure(keys);
    const message = expect.stringMatching(/network\.vpc is vpc-0c0ffee.*lives in vpc-0d1fa/) as unknown;
    await expect(story.deploy()).rejects.toMatchObject({ code: 'foundation', message });
  });
});

describe('a place that cannot work is refused before anything is made', () => {
  const wrong: [string, Record<string, unknown>, RegExp, ((out: { routes: unknown[] }, story: Story) => void)?][] = [
    ['no such VPC', { vpc: 'nowhere' }, /network\.vpc: "nowhere" is no VPC/],
    ['no such subnet', { ...keys.network, subnets: ['private-z'] }, /network\.subnets: private-z is not in vpc-/],
    [
      'balancer in private subnets',
      { vpc: 'company', subnets: keys.network.subnets },
      /nobody reaches a load balancer/,
    ],
    ['balancer in one zone', { ...keys.network, balancerSubnets: ['subnet-0c0ffee0000000001'] }, /spans 1 of the two/],
    ['machines with no way out', keys.network, /no way out: .*ecr\.api, ecr\.dkr/, (out) => (out.routes.length = 0)],
    [
      'a NAT gateway that is gone',
      keys.network,
      /default route .* is a black hole/,
      ({ routes }) => Object.assign(routes[0] as object, { isBlackhole: true }),
    ],
  ];
  it.each(wrong)('%s', async (_, network, message, prepare) => {
    await using story = await startStory({ network });
    const { out } = companyVpc(story);
    prepare?.(out, story);
    await expect(story.deploy()).rejects.toMatchObject({
      code: 'settings',
      message: expect.stringMatching(message) as unknown,
    });
    const { ec2, elb } = story.sandbox.engine.state;
    expect([Object.keys(ec2.instances), Object.keys(elb.loadBalancers)]).toEqual([[], []]);
  });

  it('but machines with no route out do, when the VPC has endpoints for all that they ask', async () => {
    await using story = await startStory(keys);
    const { vpc, out } = companyVpc(story);
    endpointsAlone(story, { vpc, out });
    expect(await story.deploy()).toMatchObject({ action: 'deployed' });
    expect((await places(story)).addresses).toEqual([false, false]);
  });
});
