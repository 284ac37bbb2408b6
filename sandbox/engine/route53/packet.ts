import { AUTHORITATIVE_ANSWER, type Answer, type Packet, type Question } from 'dns-packet';
import type { Found, Resolution } from './resolve.ts';
import type { HostedZone } from './state.ts';

/** Response codes (RFC 1035, 4.1.1), in the low bits of the flags. */
const codes = { found: 0, 'no-such-name': 3, refused: 5 } as const;
/** RD: what a client asked for is repeated. */
const recursionDesired = 0x100;
/** RA: "recursion available". */
const recursionAvailable = 0x80;

/** The answer to a question as it goes over the wire. `isResolver`: in the name of a resolver instead of a name server. */
export function packetOf(query: Packet, resolution: Resolution, isResolver: boolean): Packet {
  const flags = (isResolver ? recursionAvailable : AUTHORITATIVE_ANSWER) | ((query.flags ?? 0) & recursionDesired);
  const common = { type: 'response' as const, id: query.id ?? 0, questions: query.questions ?? [] };
  if (resolution.kind === 'refused') return { ...common, flags: flags | codes.refused };
  const { records, zone } = resolution;
  return {
    ...common,
    flags: flags | codes[resolution.kind],
    answers: records.flatMap((found) => answerOf(found) ?? []),
    // Says how long the absence may be remembered.
    authorities: records.length === 0 ? soaOf(zone) : [],
  };
}

function soaOf(zone: HostedZone): Answer[] {
  const soa = zone.records.find(({ name, type }) => name === zone.name && type === 'SOA');
  const answer = soa && answerOf({ name: zone.name, type: 'SOA', ttl: soa.ttl ?? 900, value: soa.values?.[0] ?? '' });
  return answer ? [answer] : [];
}

const dotless = (name: string) => name.replace(/\.$/, '');

/** A record in the form of dns-packet; undefined for types that it cannot write. */
function answerOf({ name, type, ttl, value }: Found): Answer | undefined {
  const common = { name: dotless(name), ttl, class: 'IN' as const };
  const parts = value.split(/\s+/);
  switch (type) {
    case 'A':
    case 'AAAA':
      return { ...common, type, data: value };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { ...common, type, data: dotless(value) };
    case 'TXT':
      return { ...common, type, data: quotedParts(value) };
    case 'MX':
      return { ...common, type, data: { preference: Number(parts[0]), exchange: dotless(parts[1] ?? '') } };
    case 'SOA':
      return { ...common, type, data: soaData(parts) };
    default:
      return undefined;
  }
}

const quotedParts = (value: string): string[] =>
  [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));

function soaData([mname = '', rname = '', ...numbers]: string[]) {
  const [serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0] = numbers.map(Number);
  return { mname: dotless(mname), rname: dotless(rname), serial, refresh, retry, expire, minimum };
}

export const firstQuestion = (query: Packet): Question | undefined => query.questions?.[0];
