import type { IpPermission } from '@aws-sdk/client-ec2';

// Inbound rules of security groups: how they are made, compared and told.

const tcp = (port: number): IpPermission => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port });

export const fromTheWorld = (port: number): IpPermission => ({
  ...tcp(port),
  IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  Ipv6Ranges: [{ CidrIpv6: '::/0' }],
});

export const fromGroup = (port: number, group: string): IpPermission => ({
  ...tcp(port),
  UserIdGroupPairs: [{ GroupId: group }],
});

/** What has to be opened and what has to be closed so that `present` becomes `wanted`. */
export function ruleDifference(present: IpPermission[], wanted: IpPermission[]) {
  const lacks = (rules: IpPermission[]) => (rule: IpPermission) => !rules.some((other) => keyOf(other) === keyOf(rule));
  return { missing: wanted.filter(lacks(present)), surplus: present.filter(lacks(wanted)) };
}

/** `tcp 80 from 0.0.0.0/0, ::/0`. */
export const rulesText = (rules: readonly IpPermission[]): string => rules.map(ruleText).join('; ');

function ruleText(rule: IpPermission): string {
  const { FromPort: from, ToPort: to, IpProtocol: protocol = '' } = rule;
  const ports = from === to ? String(from ?? 'all ports') : `${from}-${to}`;
  return `${protocol === '-1' ? 'everything' : `${protocol} ${ports}`} from ${sourcesOf(rule).flat().join(', ') || 'a prefix list'}`;
}

const sourcesOf = (rule: IpPermission): string[][] => [
  sorted(rule.IpRanges, (range) => range.CidrIp),
  sorted(rule.Ipv6Ranges, (range) => range.CidrIpv6),
  sorted(rule.UserIdGroupPairs, (pair) => pair.GroupId),
];

const keyOf = (rule: IpPermission): string =>
  JSON.stringify([rule.IpProtocol, rule.FromPort, rule.ToPort, ...sourcesOf(rule)]);

const sorted = <T>(items: T[] | undefined, textOf: (item: T) => string | undefined): string[] =>
  (items ?? []).map((item) => textOf(item) ?? '').sort();
