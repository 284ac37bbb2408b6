import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, givenTags, need, needTags, tagsIn, type Needs, type Resource } from '../authorize/need.ts';
import { needFirstLinkedRole } from '../iam/linked-roles.ts';

/** Balancer, listener, rule or target group, whatever the ARN names. */
function resource(engine: Engine, arn: string | undefined): Resource | undefined {
  const { loadBalancers, listeners, rules, targetGroups } = engine.state.elb;
  const found = [loadBalancers, listeners, rules, targetGroups].map((map) => map[arn ?? '']).find((one) => one);
  return found && { arn: found.arn, tags: found.tags };
}

const on =
  <Input>(operation: string, arnIn: (input: Input) => string | undefined) =>
  (input: Input, engine: Engine) => [need(`elasticloadbalancing:${operation}`, resource(engine, arnIn(input)))];

type Tagged = { Tags?: client.Tag[] | undefined };

/** tagging-resources-during-creation.html: tags given while creating take AddTags, too. */
function creating(engine: Engine, operation: string, rest: string, { Tags }: Tagged) {
  const made = { arn: arnOf(engine, 'elasticloadbalancing', rest), requestTags: tagsIn(Tags) };
  return {
    made,
    tagging: needTags('elasticloadbalancing:AddTags', {
      ...made,
      keys: { 'elasticloadbalancing:CreateAction': operation },
    }),
  };
}

/** `…:loadbalancer/app/NAME/ID` -> `listener/app/NAME/ID/*`: what is made under it has its place in its name. */
const under = (arn: string, type: string) => `${type}/${arn.slice(arn.indexOf('/') + 1)}/*`;

const onMany = (operation: string) => (input: { ResourceArns: string[] | undefined } & Tagged, engine: Engine) => {
  const requestTags = tagsIn(input.Tags);
  const found = (input.ResourceArns ?? []).map((arn) => resource(engine, arn));
  return [need(`elasticloadbalancing:${operation}`, ...found.map((one) => givenTags(one, requestTags)))];
};

/** elb-service-linked-roles.html: the role is made with the first load balancer or target group. */
const firstOfAll = (engine: Engine) => needFirstLinkedRole(engine, 'elasticloadbalancing.amazonaws.com');

type OfBalancer = { LoadBalancerArn?: string | undefined };
type OfListener = { ListenerArn?: string | undefined };
type OfRule = { RuleArn?: string | undefined };
type OfGroup = { TargetGroupArn?: string | undefined };

const balancer = (operation: string) => on<OfBalancer>(operation, ({ LoadBalancerArn }) => LoadBalancerArn);
const listener = (operation: string) => on<OfListener>(operation, ({ ListenerArn }) => ListenerArn);
const rule = (operation: string) => on<OfRule>(operation, ({ RuleArn }) => RuleArn);
const group = (operation: string) => on<OfGroup>(operation, ({ TargetGroupArn }) => TargetGroupArn);

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html */
export const elbNeeds: Needs<typeof client> = {
  CreateLoadBalancer: (input, engine) => {
    const { made, tagging } = creating(engine, 'CreateLoadBalancer', `loadbalancer/app/${input.Name}/*`, input);
    return [need('elasticloadbalancing:CreateLoadBalancer', made), ...tagging, ...firstOfAll(engine)];
  },
  CreateTargetGroup: (input, engine) => {
    const { made, tagging } = creating(engine, 'CreateTargetGroup', `targetgroup/${input.Name}/*`, input);
    return [need('elasticloadbalancing:CreateTargetGroup', made), ...tagging, ...firstOfAll(engine)];
  },
  CreateListener: (input, engine) => {
    const of = resource(engine, input.LoadBalancerArn);
    const { made, tagging } = creating(engine, 'CreateListener', under(input.LoadBalancerArn, 'listener'), input);
    const { requestTags } = made;
    return [need('elasticloadbalancing:CreateListener', givenTags(of, requestTags)), ...tagging];
  },
  CreateRule: (input, engine) => {
    const of = resource(engine, input.ListenerArn);
    const { made, tagging } = creating(engine, 'CreateRule', under(input.ListenerArn, 'listener-rule'), input);
    const { requestTags } = made;
    return [need('elasticloadbalancing:CreateRule', givenTags(of, requestTags)), ...tagging];
  },
  ModifyLoadBalancerAttributes: balancer('ModifyLoadBalancerAttributes'),
  DeleteLoadBalancer: balancer('DeleteLoadBalancer'),
  SetSecurityGroups: balancer('SetSecurityGroups'),
  SetSubnets: balancer('SetSubnets'),
  SetIpAddressType: balancer('SetIpAddressType'),
  ModifyListener: listener('ModifyListener'),
  ModifyListenerAttributes: listener('ModifyListenerAttributes'),
  DeleteListener: listener('DeleteListener'),
  AddListenerCertificates: listener('AddListenerCertificates'),
  RemoveListenerCertificates: listener('RemoveListenerCertificates'),
  ModifyRule: rule('ModifyRule'),
  DeleteRule: rule('DeleteRule'),
  SetRulePriorities: (input, engine) => [
    need(
      'elasticloadbalancing:SetRulePriorities',
      ...(input.RulePriorities ?? []).map(({ RuleArn }) => resource(engine, RuleArn)),
    ),
  ],
  ModifyTargetGroup: group('ModifyTargetGroup'),
  ModifyTargetGroupAttributes: group('ModifyTargetGroupAttributes'),
  DeleteTargetGroup: group('DeleteTargetGroup'),
  RegisterTargets: group('RegisterTargets'),
  DeregisterTargets: group('DeregisterTargets'),
  AddTags: onMany('AddTags'),
  RemoveTags: onMany('RemoveTags'),
};
