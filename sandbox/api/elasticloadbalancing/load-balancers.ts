import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { balancerZoneId, loadBalancerDefaults } from '../../engine/elb/defaults.ts';
import { unbindListener } from '../../engine/elb/listen.ts';
import type { LoadBalancer } from '../../engine/elb/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { ensureLinkedRole } from '../iam/linked-roles.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { freeAddress } from './address.ts';
import { listenersOf, loadBalancer, rulesOf } from './find.ts';
import { checkSecurityGroups, readSubnets } from './network.ts';
import { page } from './page.ts';
import { readTags, tagSettings } from './tags.ts';
import { checkName } from './validation.ts';

type Elb = typeof client;

function describe(engine: Engine, balancer: LoadBalancer): client.LoadBalancer {
  return {
    LoadBalancerArn: balancer.arn,
    LoadBalancerName: balancer.name,
    DNSName: balancer.address,
    CanonicalHostedZoneId: balancerZoneId,
    CreatedTime: new Date(balancer.createdAt),
    Scheme: balancer.scheme,
    VpcId: balancer.vpcId,
    State: { Code: engine.clock.now() >= balancer.activeAt ? 'active' : 'provisioning' },
    Type: 'application',
    AvailabilityZones: balancer.subnets.map(({ subnetId, zone }) => ({
      SubnetId: subnetId,
      ZoneName: zone,
      LoadBalancerAddresses: [],
    })),
    SecurityGroups: balancer.securityGroups,
    IpAddressType: balancer.ipAddressType as client.IpAddressType,
  };
}

/** What must be equal for a repeated CreateLoadBalancer to succeed again: "this operation is idempotent". */
const settings = (one: LoadBalancer): string =>
  JSON.stringify([
    one.scheme,
    one.ipAddressType,
    one.subnets.map(({ subnetId }) => subnetId).sort(),
    one.securityGroups.toSorted(),
    tagSettings(one.tags),
  ]);

const create: HandlerFor<Elb, 'CreateLoadBalancer'> = (input, { engine }) => {
  checkName(input.Name, 'The load balancer');
  if (input.Type && input.Type !== 'application') {
    throw new AwsError('InvalidConfigurationRequest', `The sandbox has no load balancers of type '${input.Type}'`);
  }
  const { subnets, vpcId } = readSubnets(engine, input);
  const wanted = newLoadBalancer(engine, input, {
    subnets,
    vpcId,
    securityGroups: checkSecurityGroups(engine, vpcId, input.SecurityGroups),
  });
  const known = Object.values(engine.state.elb.loadBalancers).find(({ name }) => name === input.Name);
  if (known) {
    if (settings(known) === settings(wanted)) return { LoadBalancers: [describe(engine, known)] };
    const text = `A load balancer with the same name '${input.Name}' exists, but with different settings`;
    throw new AwsError('DuplicateLoadBalancerName', text);
  }
  ensureLinkedRole(engine, 'elasticloadbalancing.amazonaws.com');
  engine.state.elb.loadBalancers[wanted.arn] = wanted;
  return { LoadBalancers: [describe(engine, wanted)] };
};

function newLoadBalancer(
  engine: Engine,
  input: Parameters<typeof create>[0],
  network: Pick<LoadBalancer, 'subnets' | 'vpcId' | 'securityGroups'>,
): LoadBalancer {
  const { account, region } = engine.state;
  const now = engine.clock.now();
  return {
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${input.Name}/${engine.id('e').slice(-16)}`,
    name: input.Name,
    address: freeAddress(engine),
    scheme: input.Scheme ?? 'internet-facing',
    ...network,
    ipAddressType: input.IpAddressType ?? 'ipv4',
    createdAt: now,
    activeAt: now + engine.timing.balancerMs,
    attributes: { ...loadBalancerDefaults },
    tags: readTags(input.Tags),
  };
}

const describeAll: HandlerFor<Elb, 'DescribeLoadBalancers'> = (input, { engine }) => {
  const all = Object.values(engine.state.elb.loadBalancers);
  const byArn = input.LoadBalancerArns?.map((arn) => loadBalancer(engine, arn));
  const byName = input.Names?.map((name) => {
    const found = all.find((one) => one.name === name);
    if (!found) throw new AwsError('LoadBalancerNotFound', `Load balancers '[${name}]' not found`);
    return found;
  });
  const { items, ...rest } = page(byArn ?? byName ?? all, input);
  return { LoadBalancers: items.map((one) => describe(engine, one)), ...rest };
};

const remove: HandlerFor<Elb, 'DeleteLoadBalancer'> = async ({ LoadBalancerArn }, { engine }) => {
  const balancer = engine.state.elb.loadBalancers[LoadBalancerArn];
  if (!balancer) return; // "If the load balancer does not exist or has already been deleted, the call succeeds."
  if (balancer.attributes['deletion_protection.enabled'] === 'true') {
    const text = `Load balancer '${balancer.arn}' cannot be deleted because deletion protection is enabled`;
    throw new AwsError('OperationNotPermitted', text);
  }
  for (const { arn } of listenersOf(engine, balancer.arn)) await removeListener(engine, arn);
  delete engine.state.elb.loadBalancers[balancer.arn];
};

/** Takes a listener away, with its rules. */
export async function removeListener(engine: Engine, listenerArn: string): Promise<void> {
  await unbindListener(engine, listenerArn);
  for (const { arn } of rulesOf(engine, listenerArn)) delete engine.state.elb.rules[arn];
  delete engine.state.elb.listeners[listenerArn];
}

export const loadBalancerOperations: Operations<Elb> = {
  CreateLoadBalancer: create,
  DescribeLoadBalancers: describeAll,
  DeleteLoadBalancer: remove,

  SetSecurityGroups: ({ LoadBalancerArn, SecurityGroups }, { engine }) => {
    const balancer = loadBalancer(engine, LoadBalancerArn);
    balancer.securityGroups = checkSecurityGroups(engine, balancer.vpcId, SecurityGroups);
    return { SecurityGroupIds: balancer.securityGroups };
  },

  SetSubnets: (input, { engine }) => {
    const balancer = loadBalancer(engine, input.LoadBalancerArn);
    balancer.subnets = readSubnets(engine, input).subnets;
    const { AvailabilityZones = [], IpAddressType } = describe(engine, balancer);
    return { AvailabilityZones, IpAddressType };
  },
};
