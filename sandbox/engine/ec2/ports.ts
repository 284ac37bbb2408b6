import type { Engine } from '../engine.ts';
import type { RuleRecord } from './state.ts';

/** A range wider than this is "everything", which no machine listens on port by port. */
const widestRange = 16;

/** The single TCP ports (and those of short ranges) that the groups let in, from wherever: what a machine publishes. */
export function openPorts(engine: Engine, groupIds: string[]): number[] {
  const rules = groupIds.flatMap((id) => engine.state.ec2.securityGroups[id]?.rules ?? []);
  const ports = rules.filter((rule) => !rule.egress && isTcp(rule)).flatMap(portsOf);
  return [...new Set(ports)].toSorted((a, b) => a - b);
}

const isTcp = (rule: RuleRecord) => rule.protocol === 'tcp' || rule.protocol === '6';

function portsOf({ fromPort, toPort }: RuleRecord): number[] {
  const count = toPort - fromPort + 1;
  if (fromPort < 1 || count > widestRange) return [];
  return Array.from({ length: count }, (_, index) => fromPort + index);
}
