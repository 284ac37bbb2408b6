import { Agent } from 'node:http';
import type { Server } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Engine } from '../engine.ts';
import type { TargetGroup } from './state.ts';

/** What passes through to one target right now; lives in memory only. */
export interface Traffic {
  /** Requests sent since the sandbox started, upgrades included. */
  requests: number;
  /** Requests that were not answered to the end yet. */
  inFlight: number;
  /** Upgraded connections. */
  sockets: number;
  /** Keeps connections to the target alive between requests. */
  agent: Agent;
  /** One for each open request or socket: ends it at once. */
  cuts: Set<() => void>;
}

/** The part of the balancer that no state file can hold. */
export interface Runtime {
  /** By listener ARN. */
  servers: Map<string, Server>;
  /** By target group ARN and target key. */
  traffic: Map<string, Traffic>;
  /** Round robin position, by target group ARN. */
  turns: Map<string, number>;
  /** Ends the health loop's present sleep. */
  wake: AbortController;
}

const runtimes = new WeakMap<Engine, Runtime>();

export function runtimeOf(engine: Engine): Runtime {
  let runtime = runtimes.get(engine);
  if (!runtime) {
    runtime = { servers: new Map(), traffic: new Map(), turns: new Map(), wake: new AbortController() };
    runtimes.set(engine, runtime);
  }
  return runtime;
}

const trafficKey = (targetGroupArn: string, targetKey: string) => `${targetGroupArn} ${targetKey}`;

/** The traffic record of a target, made at its first request. */
export function trafficOf(engine: Engine, group: TargetGroup, targetKey: string): Traffic {
  const { traffic } = runtimeOf(engine);
  const key = trafficKey(group.arn, targetKey);
  let record = traffic.get(key);
  if (!record) {
    const agent = group.protocol === 'HTTPS' ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
    record = { requests: 0, inFlight: 0, sockets: 0, agent, cuts: new Set() };
    traffic.set(key, record);
  }
  return record;
}

/** Open requests and sockets on a target. */
export function openConnections(engine: Engine, targetGroupArn: string, targetKey: string): number {
  const record = runtimeOf(engine).traffic.get(trafficKey(targetGroupArn, targetKey));
  return record ? record.inFlight + record.sockets : 0;
}

/** Ends everything that is open on a target and forgets its counters. */
export function cutTraffic(engine: Engine, targetGroupArn: string, targetKey: string): void {
  const { traffic } = runtimeOf(engine);
  const record = traffic.get(trafficKey(targetGroupArn, targetKey));
  if (!record) return;
  traffic.delete(trafficKey(targetGroupArn, targetKey));
  for (const cut of record.cuts) cut();
  record.agent.destroy();
}

/** Makes the health loop look again now: a target was registered or a listener made. */
export function wakeHealthLoop(engine: Engine): void {
  const runtime = runtimeOf(engine);
  const sleeping = runtime.wake;
  runtime.wake = new AbortController();
  sleeping.abort();
}
