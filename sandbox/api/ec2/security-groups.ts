import { groupUser } from '../../engine/ec2/group-use.ts';
import { lookUp } from '../../engine/ec2/resources.ts';
import type { SecurityGroupRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { applyFilters, type Fields } from './filter.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { listPage } from './listing.ts';
import { permissionForms } from './rule-form.ts';
import { readTags, tagList } from './tag-form.ts';

export const createSecurityGroup: Ec2Handler<'CreateSecurityGroup'> = (input, { engine }) => {
  const { ec2, account, region } = engine.state;
  const defaultVpcId = Object.values(ec2.vpcs).find(({ isDefault }) => isDefault)?.id;
  const vpcId = input.VpcId ?? defaultVpcId ?? '';
  lookUp(ec2.vpcs, 'vpc', vpcId);
  const { GroupName: name, Description: description } = input;
  checkName(engine, name, vpcId);
  checkText('GroupDescription', description);
  const tags = readTags(input.TagSpecifications, 'security-group');
  endDryRun(input);
  const id = engine.id('sg');
  const everything = { protocol: '-1', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' };
  const rules = [{ id: engine.id('sgr'), egress: true, ...everything, tags: {} }];
  ec2.securityGroups[id] = { id, name, description, vpcId, rules, tags };
  engine.save();
  return {
    GroupId: id,
    SecurityGroupArn: `arn:aws:ec2:${region}:${account}:security-group/${id}`,
    Tags: tagList(tags),
  };
};

function checkName(engine: Engine, name: string, vpcId: string): void {
  checkText('GroupName', name);
  if (name.startsWith('sg-')) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${name}' for groupName. It may not start with 'sg-'.`);
  }
  const groups = Object.values(engine.state.ec2.securityGroups);
  if (groups.some((group) => group.name === name && group.vpcId === vpcId)) {
    throw new AwsError('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpcId}'`);
  }
}

/** "Up to 255 characters; a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*" (API_CreateSecurityGroup.html). */
function checkText(member: string, text: string): void {
  if (/^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/.test(text)) return;
  throw new AwsError(
    'InvalidParameterValue',
    `Value (${text}) for parameter ${member} is invalid. Character sets beyond ASCII are not supported.`,
  );
}

export const describeSecurityGroups: Ec2Handler<'DescribeSecurityGroups'> = (input, { engine }) => {
  const found = applyFilters(chosen(engine, input.GroupIds, input.GroupNames), input.Filters, fields(engine));
  const { items, next } = listPage(found, input, { keyOf: ({ id }) => id, range: [5, 1000] });
  const { account, region } = engine.state;
  const SecurityGroups = items.map((group) => ({
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: account,
    SecurityGroupArn: `arn:aws:ec2:${region}:${account}:security-group/${group.id}`,
    IpPermissions: permissionForms(engine, group, false),
    IpPermissionsEgress: permissionForms(engine, group, true),
    Tags: tagList(group.tags),
  }));
  return { SecurityGroups, ...(next !== undefined && { NextToken: next }) };
};

function chosen(engine: Engine, ids: string[] = [], names: string[] = []): SecurityGroupRecord[] {
  const { securityGroups, vpcs } = engine.state.ec2;
  const all = Object.values(securityGroups);
  if (ids.length + names.length === 0) return all;
  const named = names.map((name) => {
    const group = all.find((each) => each.name === name && vpcs[each.vpcId]?.isDefault);
    if (group) return group;
    throw new AwsError('InvalidGroup.NotFound', `The security group '${name}' does not exist in default VPC`);
  });
  return [...new Set([...ids.map((id) => lookUp(securityGroups, 'sg', id)), ...named])];
}

const rulesOf = (group: SecurityGroupRecord, egress: boolean) => group.rules.filter((rule) => rule.egress === egress);

const fields = (engine: Engine): Fields<SecurityGroupRecord> => ({
  description: ({ description }) => description,
  'group-id': ({ id }) => id,
  'group-name': ({ name }) => name,
  'ip-permission.cidr': (group) => rulesOf(group, false).map(({ cidr }) => cidr),
  'ip-permission.from-port': (group) => rulesOf(group, false).map(({ fromPort }) => fromPort),
  'ip-permission.to-port': (group) => rulesOf(group, false).map(({ toPort }) => toPort),
  'ip-permission.protocol': (group) => rulesOf(group, false).map(({ protocol }) => protocol),
  'ip-permission.group-id': (group) => rulesOf(group, false).map(({ groupId }) => groupId),
  'egress.ip-permission.cidr': (group) => rulesOf(group, true).map(({ cidr }) => cidr),
  'owner-id': () => engine.state.account,
  'vpc-id': ({ vpcId }) => vpcId,
});

/** API_DeleteSecurityGroup.html: `DependencyViolation` while an instance, a balancer or another group's rule uses it. */
export const deleteSecurityGroup: Ec2Handler<'DeleteSecurityGroup'> = (input, { engine }) => {
  if (input.GroupId === undefined && input.GroupName === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter groupName or groupId');
  }
  const [group] =
    input.GroupId === undefined ? chosen(engine, [], [input.GroupName ?? '']) : chosen(engine, [input.GroupId]);
  if (!group) throw new AwsError('InvalidGroup.NotFound', 'The security group does not exist');
  if (group.name === 'default') {
    throw new AwsError(
      'CannotDelete',
      `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
    );
  }
  if (groupUser(engine, group.id) !== undefined) {
    throw new AwsError('DependencyViolation', `resource ${group.id} has a dependent object`);
  }
  endDryRun(input);
  delete engine.state.ec2.securityGroups[group.id];
  engine.save();
  return { Return: true, GroupId: group.id };
};
