import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { targetGroupDefaults } from '../../engine/elb/defaults.ts';
import { balancersOf } from '../../engine/elb/in-use.ts';
import { wakeHealthLoop } from '../../engine/elb/runtime.ts';
import type { TargetGroup } from '../../engine/elb/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { ensureLinkedRole } from '../iam/linked-roles.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { targetGroup } from './find.ts';
import { mergeHealthCheck } from './health-check.ts';
import { page } from './page.ts';
import { readTags, tagSettings } from './tags.ts';
import { between, checkName, invalid, oneOf } from './validation.ts';

type Elb = typeof client;
type Create = HandlerFor<Elb, 'CreateTargetGroup'>;

function describe(engine: Engine, group: TargetGroup): client.TargetGroup {
  const check = group.healthCheck;
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckEnabled: true,
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: check.port,
    HealthCheckPath: check.path,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    Matcher: { HttpCode: check.matcher },
    LoadBalancerArns: balancersOf(engine, group.arn).map(({ arn }) => arn),
    TargetType: group.targetType,
    ProtocolVersion: 'HTTP1',
    IpAddressType: 'ipv4',
  };
}

const portInRange = between(1, 65_535);

function checkInput(engine: Engine, input: Parameters<Create>[0]): void {
  checkName(input.Name, 'Target group');
  oneOf('HTTP', 'HTTPS')(input.Protocol ?? '', 'protocol');
  oneOf('instance', 'ip')(input.TargetType ?? 'instance', 'target type');
  oneOf('HTTP1')(input.ProtocolVersion ?? 'HTTP1', 'protocol version');
  if (input.Port === undefined) throw invalid('A port must be specified');
  portInRange(input.Port, 'port');
  if (!input.VpcId) throw invalid('A VPC ID must be specified');
  if (!engine.state.ec2.vpcs[input.VpcId]) throw invalid(`The VPC ID '${input.VpcId}' is not found`);
}

/** What must be equal for a repeated CreateTargetGroup to succeed again: "this operation is idempotent". */
const settings = (one: TargetGroup): string =>
  JSON.stringify([one.protocol, one.port, one.vpcId, one.targetType, one.healthCheck, tagSettings(one.tags)]);

const create: Create = (input, { engine }) => {
  checkInput(engine, input);
  const { account, region } = engine.state;
  const wanted: TargetGroup = {
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${input.Name}/${engine.id('e').slice(-16)}`,
    name: input.Name,
    protocol: input.Protocol === 'HTTPS' ? 'HTTPS' : 'HTTP',
    port: input.Port ?? 80,
    vpcId: input.VpcId ?? '',
    targetType: input.TargetType === 'ip' ? 'ip' : 'instance',
    healthCheck: mergeHealthCheck(undefined, input),
    attributes: { ...targetGroupDefaults },
    tags: readTags(input.Tags),
    targets: {},
  };
  const known = Object.values(engine.state.elb.targetGroups).find(({ name }) => name === input.Name);
  if (known && settings(known) !== settings(wanted)) {
    const text = `A target group with the same name '${input.Name}' exists, but with different settings`;
    throw new AwsError('DuplicateTargetGroupName', text);
  }
  const group = known ?? wanted;
  ensureLinkedRole(engine, 'elasticloadbalancing.amazonaws.com');
  engine.state.elb.targetGroups[group.arn] = group;
  return { TargetGroups: [describe(engine, group)] };
};

const describeAll: HandlerFor<Elb, 'DescribeTargetGroups'> = (input, { engine }) => {
  const all = Object.values(engine.state.elb.targetGroups);
  const byArn = input.TargetGroupArns?.map((arn) => targetGroup(engine, arn));
  const byName = input.Names?.map((name) => {
    const found = all.find((one) => one.name === name);
    if (!found) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
    return found;
  });
  const ofBalancer = ({ arn }: TargetGroup) =>
    !input.LoadBalancerArn || balancersOf(engine, arn).some((one) => one.arn === input.LoadBalancerArn);
  if (input.LoadBalancerArn && !engine.state.elb.loadBalancers[input.LoadBalancerArn]) {
    throw new AwsError('LoadBalancerNotFound', 'One or more load balancers not found');
  }
  const { items, ...rest } = page((byArn ?? byName ?? all).filter(ofBalancer), input);
  return { TargetGroups: items.map((one) => describe(engine, one)), ...rest };
};

export const targetGroupOperations: Operations<Elb> = {
  CreateTargetGroup: create,
  DescribeTargetGroups: describeAll,

  ModifyTargetGroup: (input, { engine }) => {
    const group = targetGroup(engine, input.TargetGroupArn);
    group.healthCheck = mergeHealthCheck(group.healthCheck, input);
    wakeHealthLoop(engine);
    return { TargetGroups: [describe(engine, group)] };
  },

  DeleteTargetGroup: ({ TargetGroupArn }, { engine }) => {
    if (balancersOf(engine, TargetGroupArn).length > 0) {
      const text = `Target group '${TargetGroupArn}' is currently in use by a listener or a rule`;
      throw new AwsError('ResourceInUse', text);
    }
    delete engine.state.elb.targetGroups[TargetGroupArn];
  },
};
