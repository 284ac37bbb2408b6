import { balancersOf } from '../elb/in-use.ts';
import { balancerZoneId } from '../elb/defaults.ts';
import type { LoadBalancer } from '../elb/state.ts';
import type { Engine } from '../engine.ts';
import { fullName, isWithin } from './names.ts';
import type { HostedZone, RecordSet } from './state.ts';

/** One record of an answer. */
export interface Found {
  name: string;
  type: string;
  ttl: number;
  value: string;
}

/** What the name servers of the sandbox's public zones say. `refused`: no zone of theirs. `found` may be empty (NODATA). */
export type Resolution = { kind: 'refused' } | { kind: 'found' | 'no-such-name'; zone: HostedZone; records: Found[] };

/** A load balancer's own addresses live for a minute (developer guide, resource-record-sets-choosing-alias-non-alias.html). */
const balancerTtl = 60;
/** Longer chains of CNAMEs and aliases are circles. */
const mostHops = 8;

/** Answers one question; `random` (0 to 1) chooses among weighted records. */
export function resolve(
  engine: Engine,
  question: { name: string; type: string },
  random: () => number = Math.random,
): Resolution {
  const asked = fullName(question.name);
  const zone = zoneOf(engine, asked);
  if (!zone) return { kind: 'refused' };
  const hasName = zone.records.some((record) => isWithin(record.name, asked)) || wildcardFor(zone, asked) !== undefined;
  const records = answersTo({ engine, random }, asked, question.type, mostHops);
  return { kind: hasName ? 'found' : 'no-such-name', zone, records };
}

interface Asking {
  engine: Engine;
  random: () => number;
}

/** The public zone with the longest name that the asked one lies in. */
function zoneOf(engine: Engine, name: string): HostedZone | undefined {
  return Object.values(engine.state.route53.zones)
    .filter((zone) => zone.vpcs.length === 0 && isWithin(name, zone.name))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

/** `*` stands for names that are not there at all (developer guide, DomainNameFormat.html). */
function wildcardFor(zone: HostedZone, name: string): string | undefined {
  const labels = name.split('.');
  for (let from = 1; from < labels.length; from += 1) {
    const wildcard = String.raw`\052.` + labels.slice(from).join('.');
    if (zone.records.some((record) => record.name === wildcard)) return wildcard;
  }
  return undefined;
}

function answersTo(asking: Asking, name: string, type: string, hops: number): Found[] {
  const zone = zoneOf(asking.engine, name);
  if (!zone || hops === 0) return [];
  const isThere = zone.records.some((record) => isWithin(record.name, name));
  const owner = isThere ? name : wildcardFor(zone, name);
  const ofName = zone.records.filter((record) => record.name === owner);
  const sets = chosen(
    asking,
    zone,
    ofName.filter((record) => record.type === type),
  );
  if (sets.length > 0) return sets.flatMap((set) => contentOf(asking, set, { name, hops }));
  const moved =
    type === 'CNAME'
      ? []
      : chosen(
          asking,
          zone,
          ofName.filter((record) => record.type === 'CNAME'),
        );
  return moved.flatMap((set) => {
    const own = contentOf(asking, set, { name, hops });
    const [first] = own;
    return first ? own.concat(answersTo(asking, fullName(first.value), type, hops - 1)) : [];
  });
}

/** One of the weighted sets, all of the others. Sets whose target is ill stand back as long as another is well. */
function chosen({ engine, random }: Asking, zone: HostedZone, sets: RecordSet[]): RecordSet[] {
  const well = sets.filter((set) => isWell(engine, zone, set));
  const open = well.length > 0 ? well : sets;
  if (open.length === 0 || open[0]?.weight === undefined) return open;
  const total = open.reduce((sum, { weight = 0 }) => sum + weight, 0);
  // "If you set Weight to 0 for all of the resource records in the group, traffic is routed to all with equal probability"
  const weightOf = ({ weight = 0 }: RecordSet) => (total === 0 ? 1 : weight);
  let at = random() * (total === 0 ? open.length : total);
  const found = open.find((set) => (at -= weightOf(set)) < 0);
  return [found ?? open[0]];
}

const balancerAt = (engine: Engine, { alias }: RecordSet): LoadBalancer | undefined =>
  alias?.zoneId === balancerZoneId
    ? Object.values(engine.state.elb.loadBalancers).find(
        ({ address }) => `${address}.` === alias.dnsName.replace(/^dualstack\./, ''),
      )
    : undefined;

/** "Evaluate target health": a load balancer with target groups is well while one target of each is (API_AliasTarget.html). */
function isWell(engine: Engine, zone: HostedZone, set: RecordSet): boolean {
  if (!set.alias?.evaluateTargetHealth || set.alias.zoneId === zone.id) return true;
  const balancer = balancerAt(engine, set);
  if (!balancer) return false;
  const groups = Object.values(engine.state.elb.targetGroups).filter((group) =>
    balancersOf(engine, group.arn).includes(balancer),
  );
  return groups.every((group) => Object.values(group.targets).some(({ state }) => state === 'healthy'));
}

function contentOf(asking: Asking, set: RecordSet, { name, hops }: { name: string; hops: number }): Found[] {
  const { type, alias, ttl = balancerTtl, values = [] } = set;
  if (!alias) return values.map((value) => ({ name, type, ttl, value }));
  if (alias.zoneId !== balancerZoneId) {
    const targets = answersTo(asking, alias.dnsName, type, hops - 1);
    return targets.map((found) => ({ name, type: found.type, ttl: found.ttl, value: found.value }));
  }
  const balancer = type === 'A' ? balancerAt(asking.engine, set) : undefined;
  return balancer ? [{ name, type, ttl: balancerTtl, value: balancer.address }] : [];
}
