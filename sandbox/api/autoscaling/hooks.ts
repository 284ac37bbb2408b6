import type * as client from '@aws-sdk/client-auto-scaling';
import type { Group, Hook, Member } from '../../engine/autoscaling/state.ts';
import type { Engine } from '../../engine/engine.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { findGroup, findLiveGroup, invalid } from './find.ts';

type Asg = typeof client;

const transitions = ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'] as const;

const shape = (group: Group, hook: Hook): client.LifecycleHook => ({
  LifecycleHookName: hook.name,
  AutoScalingGroupName: group.name,
  LifecycleTransition: hook.transition,
  HeartbeatTimeout: hook.heartbeatSeconds,
  GlobalTimeout: Math.min(172_800, hook.heartbeatSeconds * 100),
  DefaultResult: hook.defaultResult,
  ...(hook.notificationTarget && { NotificationTargetARN: hook.notificationTarget }),
  ...(hook.roleArn && { RoleARN: hook.roleArn }),
  ...(hook.metadata && { NotificationMetadata: hook.metadata }),
});

/** The hook as it was with the call's members laid over it. */
const put: HandlerFor<Asg, 'PutLifecycleHook'> = (input, { engine }) => {
  const group = findLiveGroup(engine, input.AutoScalingGroupName);
  const name = input.LifecycleHookName;
  const { [name]: before } = group.hooks;
  const usual = { heartbeatSeconds: 3600, defaultResult: 'ABANDON', transition: undefined } as const;
  const { LifecycleTransition = before?.transition, HeartbeatTimeout, DefaultResult } = input;
  group.hooks[name] = {
    ...usual,
    ...before,
    name,
    transition: readTransition(LifecycleTransition),
    ...(HeartbeatTimeout !== undefined && { heartbeatSeconds: readHeartbeat(HeartbeatTimeout) }),
    ...(DefaultResult !== undefined && { defaultResult: readResult(DefaultResult) }),
    ...(input.NotificationTargetARN && { notificationTarget: input.NotificationTargetARN }),
    ...(input.RoleARN && { roleArn: input.RoleARN }),
    ...(input.NotificationMetadata && { metadata: input.NotificationMetadata }),
  };
  return {};
};

function readTransition(name: string | undefined): Hook['transition'] {
  const transition = transitions.find((one) => one === name);
  if (!transition) throw invalid(`LifecycleTransition must be one of ${transitions.join(', ')}`);
  return transition;
}

function readHeartbeat(seconds: number): number {
  if (seconds >= 30 && seconds <= 7200) return seconds;
  throw invalid(`HeartbeatTimeout must be between 30 and 7200 seconds, but is ${seconds}`);
}

function readResult(result: string): 'CONTINUE' | 'ABANDON' {
  if (result !== 'CONTINUE' && result !== 'ABANDON') throw invalid(`'${result}' must be CONTINUE or ABANDON`);
  return result;
}

interface ActionName {
  AutoScalingGroupName: string;
  LifecycleHookName: string;
  InstanceId?: string | undefined;
  LifecycleActionToken?: string | undefined;
}

/** The member that waits in a hook, by instance or token. Throws `ValidationError`. */
function waitingMember(engine: Engine, input: ActionName): NonNullable<Member['waiting']> {
  const group = findLiveGroup(engine, input.AutoScalingGroupName);
  const member = Object.values(group.members).find(
    ({ instanceId, waiting }) =>
      waiting?.hook === input.LifecycleHookName &&
      (waiting.token === input.LifecycleActionToken || instanceId === input.InstanceId),
  );
  if (!member?.waiting) {
    throw invalid(
      `No active Lifecycle Action found with instance ID ${input.InstanceId ?? input.LifecycleActionToken}`,
    );
  }
  return member.waiting;
}

export const hookOperations: Operations<Asg> = {
  PutLifecycleHook: put,

  DescribeLifecycleHooks: (input, { engine }) => {
    const group = findGroup(engine, input.AutoScalingGroupName);
    const { LifecycleHookNames: names = [] } = input;
    const hooks = Object.values(group.hooks).filter(({ name }) => names.length === 0 || names.includes(name));
    return { LifecycleHooks: hooks.map((hook) => shape(group, hook)) };
  },

  DeleteLifecycleHook: (input, { engine }) => {
    const group = findLiveGroup(engine, input.AutoScalingGroupName);
    if (!group.hooks[input.LifecycleHookName]) throw invalid('No Lifecycle Hook found');
    delete group.hooks[input.LifecycleHookName];
    return {};
  },

  CompleteLifecycleAction: (input, { engine }) => {
    waitingMember(engine, input).result = readResult(input.LifecycleActionResult);
    return {};
  },

  RecordLifecycleActionHeartbeat: (input, { engine }) => {
    const hook = findGroup(engine, input.AutoScalingGroupName).hooks[input.LifecycleHookName];
    waitingMember(engine, input).until = engine.clock.now() + (hook?.heartbeatSeconds ?? 3600) * 1000;
    return {};
  },
};
