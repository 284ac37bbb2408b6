import { describe, expect, test } from 'vitest';
import type { FactsById } from '../../../sandbox/engine/autoscaling/facts.ts';
import { planRefreshStep } from '../../../sandbox/engine/autoscaling/plan-refresh.ts';
import type { Group, Member, Refresh } from '../../../sandbox/engine/autoscaling/state.ts';

const now = 1_000_000;

function member(instanceId: string, lifecycle: Member['lifecycle']): Member {
  return {
    instanceId,
    zone: 'us-east-1a',
    subnetId: 'subnet-1',
    instanceType: 't3.small',
    template: { id: 'lt-1', name: 'shop', version: '1' },
    lifecycle,
    health: 'Healthy',
    protected: false,
    launchedAt: 0,
    inServiceAt: 0,
    hooksDone: [],
    registered: [],
  };
}

interface Situation {
  desired: number;
  min?: number;
  max?: number;
  /** Old instances in service. */
  old: number;
  /** New ones that are healthy, and that are still pending. */
  ready?: number;
  pending?: number;
  checkpoints?: number[];
}

/** What one step does: how many launches, how many terminations. */
function step({ desired, min, max, old, ready = 0, pending = 0, checkpoints }: Situation): [number, number] {
  const members = [
    ...Array.from({ length: old }, (_, n) => member(`old-${n}`, 'InService')),
    ...Array.from({ length: ready }, (_, n) => member(`ready-${n}`, 'InService')),
    ...Array.from({ length: pending }, (_, n) => member(`pending-${n}`, 'Pending')),
  ];
  const ids = members.map(({ instanceId }) => instanceId);
  const facts: FactsById = Object.fromEntries(
    ids.map((id) => [id, { ec2: 'running', ec2Healthy: true, elb: 'healthy', drained: true }]),
  );
  const refresh: Refresh = {
    id: 'refresh',
    status: 'InProgress',
    startedAt: 0,
    template: { id: 'lt-1', name: 'shop', version: '2' },
    preferences: {
      ...(min !== undefined && { MinHealthyPercentage: min }),
      ...(max !== undefined && { MaxHealthyPercentage: max }),
      ...(checkpoints && { CheckpointPercentages: checkpoints, CheckpointDelay: 60 }),
    },
    previous: { id: 'lt-1', name: 'shop', version: '1' },
    toReplace: ids.filter((id) => id.startsWith('old')),
    percent: 0,
    toUpdate: old,
    ready: 0,
    left: old,
    progressAt: now,
    checkpointsPassed: 0,
  };
  const group: Group = {
    name: 'shop',
    arn: '',
    createdAt: 0,
    minSize: 0,
    maxSize: desired,
    desired,
    defaultCooldown: 300,
    launchTemplate: refresh.previous,
    subnets: [],
    targetGroupArns: ['arn'],
    healthCheckType: 'ELB',
    graceSeconds: 0,
    protectNew: false,
    terminationPolicies: ['Default'],
    tags: [],
    suspended: [],
    metrics: [],
    deleting: false,
    members: Object.fromEntries(members.map((one) => [one.instanceId, one])),
    policies: {},
    hooks: {},
    activities: [],
    refreshes: [refresh],
  };
  const actions = planRefreshStep({ group, refresh, facts, now, elbEvaluationMs: 0 });
  const launches = actions.reduce((sum, action) => sum + (action.kind === 'launch' ? action.count : 0), 0);
  return [launches, actions.filter(({ kind }) => kind === 'terminate').length];
}

describe('one step of a refresh, as launches and terminations', () => {
  test.each<[string, Situation, [number, number]]>([
    ['100/200 launches as many as there are', { desired: 2, min: 100, max: 200, old: 2 }, [2, 0]],
    ['and waits for the first of them', { desired: 2, min: 100, max: 200, old: 2, pending: 2 }, [0, 0]],
    ['takes one out for each that is ready', { desired: 2, min: 100, max: 200, old: 2, ready: 1, pending: 1 }, [0, 1]],
    ['takes all out when all are ready', { desired: 2, min: 100, max: 200, old: 2, ready: 2 }, [0, 2]],
    ['100/150 of two is one extra', { desired: 2, min: 100, max: 150, old: 2 }, [1, 0]],
    ['100/100 leaves no room: one extra, new first', { desired: 5, min: 100, max: 100, old: 5 }, [1, 0]],
    ['and only one at a time', { desired: 5, min: 100, max: 100, old: 5, pending: 1 }, [0, 0]],
    ['100/120 of ten is two extra', { desired: 10, min: 100, max: 120, old: 10 }, [2, 0]],
    ['90/110 of ten may do both', { desired: 10, min: 90, max: 110, old: 10 }, [1, 1]],
    ['the default minimum of 90 % of ten takes one out', { desired: 10, old: 10 }, [0, 1]],
    ['of five it rounds up to five, but one goes anyway', { desired: 5, old: 5 }, [0, 1]],
    ['unless one is already on its way', { desired: 5, old: 4, pending: 1 }, [0, 0]],
    ['50 % of ten takes five out', { desired: 10, min: 50, old: 10 }, [0, 5]],
    ['0 % takes all out', { desired: 3, min: 0, old: 3 }, [0, 3]],
    ['a single instance with the defaults goes before its successor comes', { desired: 1, old: 1 }, [0, 1]],
    ['a checkpoint holds launches back', { desired: 10, min: 100, max: 200, old: 10, checkpoints: [20, 100] }, [2, 0]],
    ['and terminations', { desired: 10, min: 0, old: 10, checkpoints: [20, 100] }, [0, 2]],
  ])('%s', (_name, situation, expected) => {
    expect(step(situation)).toEqual(expected);
  });
});
