import { lookUp } from '../../engine/ec2/resources.ts';
import type { RuleRecord, SecurityGroupRecord, Tags } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { applyFilters } from './filter.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { listPage } from './listing.ts';
import { ruleForm } from './rule-form.ts';
import { readRules, type NewRule, type RuleInput } from './rule-input.ts';
import { readTags } from './tag-form.ts';

/** "Inbound or outbound rules per security group: 60" each (amazon-vpc-limits.html). */
const mostRules = 60;

export const authorizeSecurityGroupIngress: Ec2Handler<'AuthorizeSecurityGroupIngress'> = (input, { engine }) => {
  const group = named(engine, input.GroupId, input.GroupName);
  const rules = checkNew(group, readRules(engine, input), false);
  const tags = readTags(input.TagSpecifications, 'security-group-rule');
  endDryRun(input);
  return { Return: true, SecurityGroupRules: add(engine, group, { rules, egress: false, tags }) };
};

export const authorizeSecurityGroupEgress: Ec2Handler<'AuthorizeSecurityGroupEgress'> = (input, { engine }) => {
  const group = named(engine, input.GroupId, undefined);
  const rules = checkNew(group, readRules(engine, input), true);
  const tags = readTags(input.TagSpecifications, 'security-group-rule');
  endDryRun(input);
  return { Return: true, SecurityGroupRules: add(engine, group, { rules, egress: true, tags }) };
};

function named(engine: Engine, id: string | undefined, name: string | undefined): SecurityGroupRecord {
  const { securityGroups } = engine.state.ec2;
  if (id !== undefined) return lookUp(securityGroups, 'sg', id);
  if (name === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter groupName or groupId');
  }
  const group = Object.values(securityGroups).find((each) => each.name === name);
  if (group) return group;
  throw new AwsError('InvalidGroup.NotFound', `The security group '${name}' does not exist in default VPC`);
}

/** What makes two rules the same: all but the description. */
const identity = (rule: NewRule) =>
  [rule.protocol, rule.fromPort, rule.toPort, rule.cidr, rule.cidrV6, rule.groupId, rule.prefixListId].join(' ');

/** All or none of a call's rules are added. Throws `InvalidPermission.Duplicate`, `RulesPerSecurityGroupLimitExceeded`. */
function checkNew(group: SecurityGroupRecord, rules: NewRule[], egress: boolean): NewRule[] {
  const there = group.rules.filter((rule) => rule.egress === egress);
  const known = new Set(there.map(identity));
  for (const rule of rules) {
    if (known.has(identity(rule))) {
      const peer = rule.cidr ?? rule.cidrV6 ?? rule.groupId ?? rule.prefixListId;
      const what = `peer: ${peer}, ${rule.protocol.toUpperCase()}, from port: ${rule.fromPort}, to port: ${rule.toPort}, ALLOW`;
      throw new AwsError('InvalidPermission.Duplicate', `the specified rule "${what}" already exists`);
    }
    known.add(identity(rule));
  }
  if (known.size > mostRules) {
    throw new AwsError(
      'RulesPerSecurityGroupLimitExceeded',
      'The maximum number of rules per security group has been reached.',
    );
  }
  return rules;
}

function add(
  engine: Engine,
  group: SecurityGroupRecord,
  { rules, egress, tags }: { rules: NewRule[]; egress: boolean; tags: Tags },
) {
  const added = rules.map((rule): RuleRecord => ({ id: engine.id('sgr'), egress, ...rule, tags: { ...tags } }));
  group.rules.push(...added);
  engine.save();
  return added.map((rule) => ruleForm(engine, group.id, rule));
}

export const revokeSecurityGroupIngress: Ec2Handler<'RevokeSecurityGroupIngress'> = (input, { engine }) => {
  const group = named(engine, input.GroupId, input.GroupName);
  const { found, missing } = match(engine, group, { input, egress: false });
  endDryRun(input);
  return { Return: true, ...revoke(engine, group, found), UnknownIpPermissions: missing };
};

export const revokeSecurityGroupEgress: Ec2Handler<'RevokeSecurityGroupEgress'> = (input, { engine }) => {
  const group = named(engine, input.GroupId, undefined);
  const { found, missing } = match(engine, group, { input, egress: true });
  endDryRun(input);
  return { Return: true, ...revoke(engine, group, found), UnknownIpPermissions: missing };
};

type Revocation = { input: RuleInput & { SecurityGroupRuleIds?: string[] | undefined }; egress: boolean };

/**
 * The rules that a revocation means. In the default VPC unknown ones are no error but are answered; elsewhere they are
 * `InvalidPermission.NotFound` (API_RevokeSecurityGroupIngress.html). Throws `InvalidSecurityGroupRuleId.NotFound`.
 */
function match(engine: Engine, group: SecurityGroupRecord, { input, egress }: Revocation) {
  const there = new Map(group.rules.filter((rule) => rule.egress === egress).map((rule) => [rule.id, rule]));
  if (input.SecurityGroupRuleIds?.length) {
    return { found: input.SecurityGroupRuleIds.map((id) => lookUp(Object.fromEntries(there), 'sgr', id)), missing: [] };
  }
  const wanted = readRules(engine, input);
  const byIdentity = new Map([...there.values()].map((rule) => [identity(rule), rule]));
  const missing = wanted.filter((rule) => !byIdentity.has(identity(rule)));
  if (missing.length > 0 && !engine.state.ec2.vpcs[group.vpcId]?.isDefault) {
    throw new AwsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
  }
  return {
    found: wanted.flatMap((rule) => byIdentity.get(identity(rule)) ?? []),
    missing: missing.map(({ protocol, fromPort, toPort }) => ({
      IpProtocol: protocol,
      FromPort: fromPort,
      ToPort: toPort,
    })),
  };
}

function revoke(engine: Engine, group: SecurityGroupRecord, found: RuleRecord[]) {
  group.rules = group.rules.filter((rule) => !found.includes(rule));
  engine.save();
  const RevokedSecurityGroupRules = found.map((rule) => ({
    SecurityGroupRuleId: rule.id,
    GroupId: group.id,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    CidrIpv4: rule.cidr,
    CidrIpv6: rule.cidrV6,
    ReferencedGroupId: rule.groupId,
    PrefixListId: rule.prefixListId,
    Description: rule.description,
  }));
  return { RevokedSecurityGroupRules };
}

export const describeSecurityGroupRules: Ec2Handler<'DescribeSecurityGroupRules'> = (input, { engine }) => {
  const all = Object.values(engine.state.ec2.securityGroups).flatMap((group) =>
    group.rules.map((rule) => ({ id: rule.id, rule, groupId: group.id, tags: rule.tags })),
  );
  const byId = Object.fromEntries(all.map((each) => [each.id, each]));
  const ids = input.SecurityGroupRuleIds;
  const chosen = ids?.length ? ids.map((id) => lookUp(byId, 'sgr', id)) : all;
  const found = applyFilters(chosen, input.Filters, {
    'group-id': ({ groupId }) => groupId,
    'security-group-rule-id': ({ id }) => id,
  });
  const { items, next } = listPage(found, input, { keyOf: ({ id }) => id, range: [5, 1000] });
  return {
    SecurityGroupRules: items.map(({ groupId, rule }) => ruleForm(engine, groupId, rule)),
    ...(next !== undefined && { NextToken: next }),
  };
};
