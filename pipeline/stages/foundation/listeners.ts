import {
  CreateListenerCommand,
  DescribeListenersCommand,
  ModifyListenerCommand,
  type Action,
  type CreateListenerCommandInput,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Act, Left } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import type { Target } from '../../core/target.ts';

/** What the listeners belong to. */
export interface ListenersOf {
  balancer: string;
  targetGroup: string;
}

export async function findListeners(ctx: Context, balancer: string): Promise<Listener[]> {
  return (await ctx.aws.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: balancer }))).Listeners ?? [];
}

/** Creates the listeners that are missing, corrects those that do something else. */
export function listenerActs(target: Target, of: ListenersOf, found: readonly Listener[]): Act[] {
  return listenersOf(target, of.targetGroup).flatMap((wanted) => {
    const there = found.find(({ Port }) => Port === wanted.Port);
    if (!there) return [createAct(target, of, wanted)];
    return traits(there) === traits(wanted) ? [] : [modifyAct(target, there, wanted)];
  });
}

/** Listeners on other ports: somebody's own, or those of an earlier port. */
export function strangeListeners(target: Target, found: readonly Listener[]): Left[] {
  const ours = new Set(listenersOf(target, '').map(({ Port }) => Port));
  return found
    .filter(({ Port }) => !ours.has(Port))
    .map((listener) => ({
      what: `listener ${listener.Port} of load balancer ${namesOf(target).balancer}`,
      why: `it ${doing(listener)}; redeploy.json does not name this port, so it is left to you`,
    }));
}

type Wanted = Pick<CreateListenerCommandInput, 'Port' | 'Protocol' | 'DefaultActions' | 'Certificates'>;

function createAct(target: Target, { balancer }: ListenersOf, wanted: Wanted): Act {
  return {
    change: {
      action: 'create',
      what: `listener ${wanted.Port} of load balancer ${namesOf(target).balancer}`,
      why: `port ${wanted.Port} is not open; it ${doing(wanted)}`,
      calls: ['elasticloadbalancing:CreateListener'],
    },
    perform: (ctx) => createListener(ctx, target, { ...wanted, LoadBalancerArn: balancer }),
  };
}

function modifyAct(target: Target, found: Listener, wanted: Wanted): Act {
  return {
    change: {
      action: 'change',
      what: `listener ${wanted.Port} of load balancer ${namesOf(target).balancer}`,
      why: `it ${doing(found)}; wanted: it ${doing(wanted)}`,
      calls: ['elasticloadbalancing:ModifyListener'],
    },
    perform: (ctx) => ctx.aws.elbv2.send(new ModifyListenerCommand({ ...wanted, ListenerArn: found.ListenerArn })),
  };
}

async function createListener(
  ctx: Context,
  target: Target,
  wanted: Wanted & { LoadBalancerArn: string },
): Promise<void> {
  try {
    await ctx.aws.elbv2.send(new CreateListenerCommand({ ...wanted, Tags: tagsOf(target, 'listener') }));
  } catch (error) {
    if (isAwsError(error, 'DuplicateListenerException')) return;
    if (!isAwsError(error, 'InvalidConfigurationRequestException')) throw error;
    throw new DeployError('foundation', `the load balancer gets no port ${wanted.Port}: ${error.message}`, {
      hint: 'free the port, or choose another with balancer.httpPort in redeploy.json, then deploy again',
      cause: error,
    });
  }
}

/** HTTPS and a redirect to it, or HTTP alone. */
function listenersOf(target: Target, targetGroup: string): Wanted[] {
  const { certificate, httpPort, httpsPort } = target.balancer;
  const forward: Wanted['DefaultActions'] = [{ Type: 'forward', TargetGroupArn: targetGroup }];
  if (!certificate) return [{ Port: httpPort, Protocol: 'HTTP', DefaultActions: forward }];
  const redirect = { Protocol: 'HTTPS', Port: String(httpsPort), StatusCode: 'HTTP_301' } as const;
  return [
    { Port: httpsPort, Protocol: 'HTTPS', Certificates: [{ CertificateArn: certificate }], DefaultActions: forward },
    { Port: httpPort, Protocol: 'HTTP', DefaultActions: [{ Type: 'redirect', RedirectConfig: redirect }] },
  ];
}

/** What a listener does, as far as we set it: of what AWS adds to its answer, nothing counts. */
function traits({ Protocol, DefaultActions, Certificates }: Listener | Wanted): string {
  const [action] = DefaultActions ?? [];
  const [certificate] = Certificates ?? [];
  return JSON.stringify([
    Protocol,
    action?.Type,
    action?.TargetGroupArn,
    action?.RedirectConfig?.Port,
    certificate?.CertificateArn,
  ]);
}

/** `forwards HTTP to shop-production`, `answers HTTP with fixed-response`. */
function doing({ Protocol, DefaultActions, Certificates }: Listener | Wanted): string {
  const certificate = Certificates?.[0]?.CertificateArn?.split('/').at(-1);
  const how = certificate === undefined ? `${Protocol}` : `${Protocol} with certificate ${certificate}`;
  return deedOf(DefaultActions?.[0], how);
}

function deedOf(action: Action | undefined, how: string): string {
  if (action?.Type === 'forward') return `forwards ${how} to ${groupName(action)}`;
  if (action?.Type === 'redirect') return `redirects ${how} to port ${action.RedirectConfig?.Port}`;
  return `answers ${how} with ${action?.Type}`;
}

/** Of `arn:aws:elasticloadbalancing:…:targetgroup/NAME/ID`. */
const groupName = ({ TargetGroupArn }: Action): string => TargetGroupArn?.split('/').at(-2) ?? 'several target groups';
