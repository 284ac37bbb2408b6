import type { ResourceRecordSet } from '@aws-sdk/client-route-53';

export type RecordSet = ResourceRecordSet;

/** A public name and the zone of ours that it is in; undefined when its DNS is somewhere else. */
export interface Name {
  host: string;
  zoneId: string | undefined;
  /** What leads its visitors now. */
  records: RecordSet[];
}

/** A load balancer, as Route 53 needs it for aliases. */
export interface Balancer {
  dnsName: string;
  /** CanonicalHostedZoneId of the load balancer. */
  zoneId: string;
}

/** Records of a name that decide where its visitors go. */
const leading = new Set(['A', 'AAAA', 'CNAME']);

/** `Shop.example.com` as Route 53 writes it: small letters, final dot, `*` as an escape. */
export const fullName = (host: string): string =>
  `${host
    .toLowerCase()
    .replace(/\.$/, '')
    .replaceAll('*', String.raw`\052`)}.`;

/** A name that can be asked for: one of those that a wildcard stands for. */
export const askableName = (host: string): string => host.replace(/^\*/, 'redeploy-retire');

export const isAddress = (name: string): boolean => /^[\d.]+$/.test(name);

/** The records of a host that lead somewhere. */
export const leadingRecords = (records: readonly RecordSet[], host: string): RecordSet[] =>
  records.filter(({ Name = '', Type = '' }) => Name.toLowerCase() === fullName(host) && leading.has(Type));

/** A balancer's name without what Route 53 and some tools add: the final dot, and a prefix for both protocols. */
export const bareName = (name = ''): string =>
  name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '');

export const leadsTo = ({ AliasTarget }: RecordSet, { dnsName }: Balancer): boolean =>
  bareName(AliasTarget?.DNSName) === bareName(dnsName);

export const aliasOf = ({ dnsName, zoneId }: Balancer) => ({
  DNSName: dnsName,
  HostedZoneId: zoneId,
  EvaluateTargetHealth: false,
});
