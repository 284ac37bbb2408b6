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

/**
 * What has to be opened and what has to be closed so that `present` becomes `wanted`. Source by source: EC2 shows all sources of
 * a port as one permission, whoever opened it to them.
 */
export function ruleDifference(present: readonly IpPermission[], wanted: readonly IpPermission[]) {
  const [there, asked] = [singleRules(present), singleRules(wanted)];
  const lacks = (rules: IpPermission[]) => (rule: IpPermission) => !rules.some((other) => keyOf(other) === keyOf(rule));
  return { missing: asked.filter(lacks(there)), surplus: there.filter(lacks(asked)) };
}

/** One rule a source, without descriptions: these tell no rules apart. */
const singleRules = (permissions: readonly IpPermission[]): IpPermission[] =>
  permissions.flatMap(({ IpProtocol, FromPort, ToPort, ...lists }) =>
    sourcesOf(lists).map((source) => Object.assign({ IpProtocol, FromPort, ToPort }, source)),
  );

type Sources = Pick<IpPermission, 'IpRanges' | 'Ipv6Ranges' | 'UserIdGroupPairs' | 'PrefixListIds'>;

const sourcesOf = ({ IpRanges, Ipv6Ranges, UserIdGroupPairs, PrefixListIds }: Sources): Sources[] =>
  [
    IpRanges?.map(({ CidrIp }) => ({ IpRanges: [{ CidrIp }] })),
    Ipv6Ranges?.map(({ CidrIpv6 }) => ({ Ipv6Ranges: [{ CidrIpv6 }] })),
    UserIdGroupPairs?.map(({ GroupId, UserId }) => ({ UserIdGroupPairs: [{ GroupId, UserId }] })),
    PrefixListIds?.map(({ PrefixListId }) => ({ PrefixListIds: [{ PrefixListId }] })),
  ].flatMap((list): Sources[] => list ?? []);

/** `tcp 80 from 0.0.0.0/0; tcp 80 from ::/0`. Of rules with one source each. */
export const rulesText = (rules: readonly IpPermission[]): string => rules.map(ruleText).join('; ');

function ruleText(rule: IpPermission): string {
  const { FromPort: from, ToPort: to, IpProtocol: protocol = '' } = rule;
  const ports = from === to ? String(from ?? 'all ports') : `${from}-${to}`;
  return `${protocol === '-1' ? 'everything' : `${protocol} ${ports}`} from ${sourceOf(rule)}`;
}

const sourceOf = (rule: IpPermission): string =>
  [
    ...(rule.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(rule.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    ...(rule.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId),
    ...(rule.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
  ].join();

const keyOf = (rule: IpPermission): string =>
  JSON.stringify([rule.IpProtocol, rule.FromPort, rule.ToPort, sourceOf(rule)]);
