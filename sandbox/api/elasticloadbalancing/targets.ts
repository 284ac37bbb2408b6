import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { findInstance } from '../../engine/ec2/find.ts';
import type { TargetGroup } from '../../engine/elb/state.ts';
import { targetHealth } from '../../engine/elb/target-health.ts';
import { deregisterTargets, registerTargets } from '../../engine/elb/targets.ts';
import type { TargetName } from '../../engine/elb/targets.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { Operations } from '../service.ts';
import { targetGroup } from './find.ts';

const nameOf = ({ Id, Port }: client.TargetDescription): TargetName => ({ id: Id ?? '', port: Port });

/** Throws `InvalidTarget` for instances that do not exist or do not run. */
function checkTarget(engine: Engine, group: TargetGroup, id: string): void {
  if (group.targetType !== 'instance') return;
  const instance = findInstance(engine, id);
  if (!instance || instance.vpcId !== group.vpcId) {
    throw new AwsError('InvalidTarget', `The following targets are not valid: '${id}'`);
  }
  if (instance.state !== 'running') {
    const text = `The following targets are not in a running state and cannot be registered: '${id}'`;
    throw new AwsError('InvalidTarget', text);
  }
}

function healthOf(engine: Engine, group: TargetGroup, { id, port }: TargetName): client.TargetHealthDescription {
  const target = Object.values(group.targets).find((one) => one.id === id && (port ?? one.port) === one.port);
  if (!target) {
    return {
      Target: { Id: id, Port: port ?? group.port },
      HealthCheckPort: String(port ?? group.port),
      TargetHealth: {
        State: 'unused',
        Reason: 'Target.NotRegistered',
        Description: 'Target is not registered to the target group',
      },
    };
  }
  const { port: checkPort } = group.healthCheck;
  return {
    Target: { Id: target.id, Port: target.port },
    HealthCheckPort: checkPort === 'traffic-port' ? String(target.port) : checkPort,
    TargetHealth: targetHealth(engine, group, target),
  };
}

export const targetOperations: Operations<typeof client> = {
  RegisterTargets: ({ TargetGroupArn, Targets }, { engine }) => {
    const group = targetGroup(engine, TargetGroupArn);
    for (const { Id = '' } of Targets) checkTarget(engine, group, Id);
    registerTargets(engine, group, Targets.map(nameOf));
  },

  DeregisterTargets: ({ TargetGroupArn, Targets }, { engine }) => {
    deregisterTargets(engine, targetGroup(engine, TargetGroupArn), Targets.map(nameOf));
  },

  DescribeTargetHealth: ({ TargetGroupArn, Targets }, { engine }) => {
    const group = targetGroup(engine, TargetGroupArn);
    const asked = Targets?.map(nameOf) ?? Object.values(group.targets);
    return { TargetHealthDescriptions: asked.map((name) => healthOf(engine, group, name)) };
  },
};
