import type { IpPermission, SecurityGroupRule } from '@aws-sdk/client-ec2';
import type { RuleRecord, SecurityGroupRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { tagList } from './tag-form.ts';

/** The rules of one direction as DescribeSecurityGroups groups them: by protocol and ports. */
export function permissionForms(engine: Engine, group: SecurityGroupRecord, egress: boolean): IpPermission[] {
  const forms = new Map<string, Permission>();
  for (const rule of group.rules.filter((each) => each.egress === egress)) {
    const key = `${rule.protocol} ${rule.fromPort} ${rule.toPort}`;
    const form = forms.get(key) ?? emptyPermission(rule);
    forms.set(key, form);
    const Description = rule.description;
    if (rule.cidr !== undefined) form.IpRanges.push({ CidrIp: rule.cidr, Description });
    else if (rule.cidrV6 !== undefined) form.Ipv6Ranges.push({ CidrIpv6: rule.cidrV6, Description });
    else if (rule.groupId !== undefined) {
      form.UserIdGroupPairs.push({ GroupId: rule.groupId, UserId: engine.state.account, Description });
    } else form.PrefixListIds.push({ PrefixListId: rule.prefixListId, Description });
  }
  return [...forms.values()];
}

type SourceLists = 'IpRanges' | 'Ipv6Ranges' | 'UserIdGroupPairs' | 'PrefixListIds';

type Permission = IpPermission & { [List in SourceLists]: NonNullable<IpPermission[List]> };

function emptyPermission({ protocol, fromPort, toPort }: RuleRecord): Permission {
  const ports = protocol === '-1' ? {} : { FromPort: fromPort, ToPort: toPort };
  return { IpProtocol: protocol, ...ports, IpRanges: [], Ipv6Ranges: [], UserIdGroupPairs: [], PrefixListIds: [] };
}

/** A rule as DescribeSecurityGroupRules and the authorizing calls show it. */
export function ruleForm(engine: Engine, groupId: string, rule: RuleRecord): SecurityGroupRule {
  const { account, region } = engine.state;
  return {
    SecurityGroupRuleId: rule.id,
    SecurityGroupRuleArn: `arn:aws:ec2:${region}:${account}:security-group-rule/${rule.id}`,
    GroupId: groupId,
    GroupOwnerId: account,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    CidrIpv4: rule.cidr,
    CidrIpv6: rule.cidrV6,
    PrefixListId: rule.prefixListId,
    ...(rule.groupId !== undefined && { ReferencedGroupInfo: { GroupId: rule.groupId, UserId: account } }),
    Description: rule.description,
    Tags: tagList(rule.tags),
  };
}
