import type {
  DesiredConfiguration,
  InstanceRefreshStatus,
  InstancesDistribution,
  LifecycleState,
  RefreshPreferences,
  ScalingActivityStatusCode,
  TargetTrackingConfiguration,
} from '@aws-sdk/client-auto-scaling';

/** What the sandbox remembers of Auto Scaling. Plain JSON; times in epoch milliseconds. */
export interface AutoScalingState {
  groups: Record<string, Group>;
}

/** A launch template as the group knows it; `version` may be a number, `$Latest` or `$Default`. */
export interface TemplateRef {
  id: string;
  name: string;
  version: string;
}

/** Instance types instead of that of the template, the preferred first; how they and Spot are chosen. */
export interface Mix {
  types: string[];
  distribution: InstancesDistribution;
}

export interface GroupTag {
  key: string;
  value: string;
  propagate: boolean;
}

export interface Group {
  name: string;
  arn: string;
  createdAt: number;
  minSize: number;
  maxSize: number;
  desired: number;
  defaultCooldown: number;
  /** The saved template: a refresh changes it only when it succeeds. */
  launchTemplate: TemplateRef;
  /** With a mixed instances policy. */
  mix?: Mix | undefined;
  subnets: { subnetId: string; zone: string }[];
  targetGroupArns: string[];
  healthCheckType: 'EC2' | 'ELB';
  graceSeconds: number;
  defaultWarmupSeconds?: number;
  maintenance?: { min: number; max: number };
  protectNew: boolean;
  terminationPolicies: string[];
  tags: GroupTag[];
  suspended: string[];
  metrics: string[];
  /** Set once DeleteAutoScalingGroup was accepted; the group goes when its last instance is gone. */
  deleting: boolean;
  members: Record<string, Member>;
  policies: Record<string, Policy>;
  /** Notification types by ARN of the topic. */
  notifications?: Record<string, string[]>;
  hooks: Record<string, Hook>;
  /** By name; a sandbox of an earlier version has none. */
  schedules?: Record<string, Schedule>;
  /** Oldest first. */
  activities: Activity[];
  refreshes: Refresh[];
  /** No launch is tried before this moment, after one failed. */
  retryLaunchAt?: number;
}

export interface Member {
  instanceId: string;
  zone: string;
  subnetId: string;
  instanceType: string;
  template: TemplateRef;
  lifecycle: LifecycleState;
  health: 'Healthy' | 'Unhealthy';
  protected: boolean;
  launchedAt: number;
  inServiceAt?: number;
  /** Why it is unhealthy or being taken out, in AWS's words. */
  cause?: string;
  /** Refresh that launched it. */
  refreshId?: string;
  /** Lifecycle hook it waits in. */
  waiting?: { hook: string; token: string; until: number; result?: 'CONTINUE' | 'ABANDON' };
  /** Hooks of the present transition that are done. */
  hooksDone: string[];
  activityId?: string;
  /** Target groups it was registered with. */
  registered: string[];
}

export interface Activity {
  id: string;
  description: string;
  cause: string;
  startedAt: number;
  endedAt?: number;
  status: ScalingActivityStatusCode;
  message?: string;
  progress: number;
  zone?: string;
  subnetId?: string;
}

export interface Policy {
  name: string;
  arn: string;
  type: string;
  warmupSeconds?: number;
  enabled: boolean;
  targetTracking?: TargetTrackingConfiguration;
}

/** A scheduled action: happens at `startAt`, and then again when `recurrence` says so. */
export interface Schedule {
  id: string;
  name: string;
  startAt: number;
  endAt?: number;
  recurrence?: string;
  timeZone?: string;
  minSize?: number;
  maxSize?: number;
  desired?: number;
}

export interface Hook {
  name: string;
  transition: 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';
  heartbeatSeconds: number;
  defaultResult: 'CONTINUE' | 'ABANDON';
  notificationTarget?: string;
  roleArn?: string;
  metadata?: string;
}

export interface Refresh {
  id: string;
  status: InstanceRefreshStatus;
  statusReason?: string;
  startedAt: number;
  endedAt?: number;
  /** Template that instances are brought to; resolved to a number when the refresh has a desired configuration. */
  template: TemplateRef;
  desired?: DesiredConfiguration;
  preferences: RefreshPreferences;
  mix?: Mix | undefined;
  /** What the group had when the refresh began: the goal of a rollback. */
  previous: TemplateRef;
  previousMix?: Mix | undefined;
  /** Instances that are to go: matching is judged once, at the start and at the start of a rollback. */
  toReplace: string[];
  percent: number;
  /** InstancesToUpdate: old ones that nothing was done about yet. */
  toUpdate: number;
  /** Most new instances that were ready, and fewest that are to go, so far: the measure of progress. */
  ready: number;
  left: number;
  progressAt: number;
  checkpointsPassed: number;
  waitUntil?: number;
  bakeUntil?: number;
  rollback?: { reason: string; startedAt: number; percentAtStart: number; leftAtStart: number; toReplace: number };
}

export const emptyAutoScaling = (): AutoScalingState => ({ groups: {} });
