import type { Action, TargetGroupStickinessConfig } from '@aws-sdk/client-elastic-load-balancing-v2';
import { balancersOf, forwardGroups } from '../../engine/elb/in-use.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { targetGroup } from './find.ts';
import { between, invalid } from './validation.ts';

const weightInRange = between(0, 999);
const stickyInRange = between(1, 604_800);

/** Checks the actions of a listener or rule and brings forwards into the one form that AWS describes them in. */
export function readActions(engine: Engine, actions: Action[], loadBalancerArn: string): Action[] {
  if (actions.length !== 1) throw invalid('An action list must have exactly one forward, redirect or fixed-response');
  return actions.map((action) => {
    switch (action.Type) {
      case 'forward':
        return readForward(engine, action, loadBalancerArn);
      case 'redirect':
        return checkRedirect(action);
      case 'fixed-response':
        return checkFixedResponse(action);
      default:
        throw new AwsError('InvalidLoadBalancerAction', `The sandbox has no actions of type '${action.Type}'`);
    }
  });
}

function readForward(engine: Engine, action: Action, loadBalancerArn: string): Action {
  const groups = forwardGroups(action);
  if (groups.length === 0) throw invalid('A target group must be specified for a forward action');
  if (groups.length > 5) throw new AwsError('TooManyTargets', 'A forward action takes at most 5 target groups');
  for (const { arn, weight } of groups) {
    weightInRange(weight, 'weight');
    checkAssociation(engine, arn, loadBalancerArn);
  }
  const [only, ...more] = groups;
  return {
    Type: 'forward',
    ...(only && more.length === 0 && { TargetGroupArn: only.arn }),
    ...(action.Order !== undefined && { Order: action.Order }),
    ForwardConfig: {
      TargetGroups: groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      TargetGroupStickinessConfig: groupStickiness(action),
    },
  };
}

function groupStickiness(action: Action): TargetGroupStickinessConfig {
  const sticky = action.ForwardConfig?.TargetGroupStickinessConfig ?? { Enabled: false };
  if (sticky.Enabled) stickyInRange(sticky.DurationSeconds ?? 0, 'stickiness duration');
  return sticky;
}

/** A target group serves one load balancer only (elasticloadbalancing/latest/application/load-balancer-limits.html). */
function checkAssociation(engine: Engine, arn: string, loadBalancerArn: string): void {
  const group = targetGroup(engine, arn);
  if (balancersOf(engine, arn).some((balancer) => balancer.arn !== loadBalancerArn)) {
    const text = `The following target groups cannot be associated with more than one load balancer: ${arn}`;
    throw new AwsError('TargetGroupAssociationLimit', text);
  }
  if (group.vpcId !== engine.state.elb.loadBalancers[loadBalancerArn]?.vpcId) {
    throw new AwsError('InvalidConfigurationRequest', 'The target group and the load balancer must be in the same VPC');
  }
}

function checkRedirect(action: Action): Action {
  const { RedirectConfig: config } = action;
  if (!config || !/^HTTP_30[12]$/.test(config.StatusCode ?? '')) {
    throw invalid("A redirect action needs a status code 'HTTP_301' or 'HTTP_302'");
  }
  const { Protocol, Host, Port, Path } = config;
  if ([Protocol, Host, Port, Path].every((part) => part === undefined || /^\/?#\{\w+\}$/.test(part))) {
    const text = 'A redirect action must change the protocol, host, port or path, or it would loop';
    throw new AwsError('InvalidLoadBalancerAction', text);
  }
  // Parts that stay as they were asked for are described by their keywords (API_RedirectActionConfig.html).
  const kept = { Protocol: '#{protocol}', Port: '#{port}', Host: '#{host}', Path: '/#{path}', Query: '#{query}' };
  return { ...action, RedirectConfig: { ...kept, ...config } };
}

function checkFixedResponse(action: Action): Action {
  const { StatusCode = '', MessageBody = '' } = action.FixedResponseConfig ?? {};
  if (!/^[245]\d\d$/.test(StatusCode)) throw invalid(`The status code '${StatusCode}' must be 2XX, 4XX or 5XX`);
  if (MessageBody.length > 1024) throw invalid('The message body can have at most 1024 characters');
  return action;
}
