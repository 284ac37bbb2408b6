import type * as client from '@aws-sdk/client-ec2';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, givenTags, need, needTags, tagsIn, type Need, type Needs, type Resource } from '../authorize/need.ts';
import { needLaunch } from './need-launch.ts';
import { ec2Resource } from './resource.ts';
import { launchRequest } from './run-instances.ts';

type TagSpecifications = { TagSpecifications?: client.TagSpecification[] | undefined };

/** Something that the call makes, with the tags that it makes it with. */
function fresh(engine: Engine, type: string, { TagSpecifications = [] }: TagSpecifications): Resource {
  const rest = `${type}/*`;
  const requestTags = TagSpecifications.filter((one) => one.ResourceType === type).map(({ Tags }) => tagsIn(Tags));
  return {
    arn:
      type === 'image' || type === 'snapshot'
        ? `arn:aws:ec2:${engine.state.region}::${rest}`
        : arnOf(engine, 'ec2', rest),
    requestTags: Object.assign({}, ...requestTags) as Record<string, string>,
  };
}

/** supported-iam-actions-tagging.html: tags given while creating take CreateTags, with what creates in ec2:CreateAction. */
const tagging = (operation: string, resource: Resource): Need[] =>
  needTags('ec2:CreateTags', { ...resource, keys: { 'ec2:CreateAction': operation } });

const onIds =
  <Input>(operation: string, idsOf: (input: Input) => (string | undefined)[] | undefined) =>
  (input: Input, engine: Engine): Need[] => [
    need(`ec2:${operation}`, ...(idsOf(input) ?? []).map((id) => (id === undefined ? id : ec2Resource(engine, id)))),
  ];

type Group = { GroupId?: string | undefined; GroupName?: string | undefined };

/** Names stand for groups of the default VPC. */
const groupNeeds = (operation: string) => (input: Group, engine: Engine) => {
  const all = Object.values(engine.state.ec2.securityGroups);
  const id = input.GroupId ?? all.find(({ name }) => name === input.GroupName)?.id;
  return [need(`ec2:${operation}`, id === undefined ? id : ec2Resource(engine, id))];
};

type Template = { LaunchTemplateId?: string | undefined; LaunchTemplateName?: string | undefined };

const templateNeeds = (operation: string) => (input: Template, engine: Engine) => {
  const all = Object.values(engine.state.ec2.launchTemplates);
  const id = input.LaunchTemplateId ?? all.find(({ name }) => name === input.LaunchTemplateName)?.id;
  return [need(`ec2:${operation}`, id === undefined ? id : ec2Resource(engine, id))];
};

const instances = (operation: string) =>
  onIds<{ InstanceIds?: string[] | undefined }>(operation, ({ InstanceIds }) => InstanceIds);
const instance = (operation: string) =>
  onIds<{ InstanceId?: string | undefined }>(operation, ({ InstanceId }) => [InstanceId]);
const image = (operation: string) => onIds<{ ImageId?: string | undefined }>(operation, ({ ImageId }) => [ImageId]);

type TagInput = { Resources?: string[] | undefined; Tags?: client.Tag[] | undefined };

const tagNeeds = (operation: string) => (input: TagInput, engine: Engine) => {
  const requestTags = tagsIn(input.Tags);
  const found = (input.Resources ?? []).map((id) => ec2Resource(engine, id));
  return [need(`ec2:${operation}`, ...found.map((one) => givenTags(one, requestTags)))];
};

/** EC2: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
export const ec2Needs: Needs<typeof client> = {
  RunInstances: (input, engine) => needLaunch(engine, launchRequest(engine, input)),
  TerminateInstances: instances('TerminateInstances'),
  StopInstances: instances('StopInstances'),
  StartInstances: instances('StartInstances'),
  RebootInstances: instances('RebootInstances'),
  ModifyInstanceAttribute: instance('ModifyInstanceAttribute'),
  DescribeInstanceAttribute: instance('DescribeInstanceAttribute'),
  ModifyInstanceMetadataOptions: instance('ModifyInstanceMetadataOptions'),
  GetConsoleOutput: instance('GetConsoleOutput'),
  CreateImage: (input, engine) => {
    const made = [fresh(engine, 'image', input), fresh(engine, 'snapshot', input)];
    return [
      need('ec2:CreateImage', ec2Resource(engine, input.InstanceId), ...made),
      ...made.flatMap((resource) => tagging('CreateImage', resource)),
    ];
  },
  // DeleteAssociatedSnapshots deletes as DeleteSnapshot does.
  DeregisterImage: (input, engine) => {
    const devices = engine.state.ec2.images[input.ImageId]?.devices ?? [];
    const snapshots = input.DeleteAssociatedSnapshots ? devices.map(({ snapshotId }) => snapshotId) : [];
    return [
      need('ec2:DeregisterImage', ec2Resource(engine, input.ImageId)),
      need('ec2:DeleteSnapshot', ...snapshots.map((id) => ec2Resource(engine, id))),
    ];
  },
  EnableImageDeprecation: image('EnableImageDeprecation'),
  DisableImageDeprecation: image('DisableImageDeprecation'),
  ModifyImageAttribute: image('ModifyImageAttribute'),
  CreateSnapshot: (input, engine) => {
    const made = fresh(engine, 'snapshot', input);
    return [need('ec2:CreateSnapshot', made, ec2Resource(engine, input.VolumeId)), ...tagging('CreateSnapshot', made)];
  },
  DeleteSnapshot: onIds('DeleteSnapshot', ({ SnapshotId }) => [SnapshotId]),
  DeleteVolume: onIds('DeleteVolume', ({ VolumeId }) => [VolumeId]),
  CreateSecurityGroup: (input, engine) => {
    const made = fresh(engine, 'security-group', input);
    const vpc = input.VpcId ?? Object.values(engine.state.ec2.vpcs).find(({ isDefault }) => isDefault)?.id;
    return [
      need('ec2:CreateSecurityGroup', made, vpc === undefined ? vpc : ec2Resource(engine, vpc)),
      ...tagging('CreateSecurityGroup', made),
    ];
  },
  DeleteSecurityGroup: groupNeeds('DeleteSecurityGroup'),
  AuthorizeSecurityGroupIngress: groupNeeds('AuthorizeSecurityGroupIngress'),
  AuthorizeSecurityGroupEgress: groupNeeds('AuthorizeSecurityGroupEgress'),
  RevokeSecurityGroupIngress: groupNeeds('RevokeSecurityGroupIngress'),
  RevokeSecurityGroupEgress: groupNeeds('RevokeSecurityGroupEgress'),
  CreateLaunchTemplate: (input, engine) => {
    const made = fresh(engine, 'launch-template', input);
    return [need('ec2:CreateLaunchTemplate', made), ...tagging('CreateLaunchTemplate', made)];
  },
  CreateLaunchTemplateVersion: templateNeeds('CreateLaunchTemplateVersion'),
  ModifyLaunchTemplate: templateNeeds('ModifyLaunchTemplate'),
  DeleteLaunchTemplate: templateNeeds('DeleteLaunchTemplate'),
  DeleteLaunchTemplateVersions: templateNeeds('DeleteLaunchTemplateVersions'),
  AllocateAddress: (input, engine) => {
    const made = fresh(engine, 'elastic-ip', input);
    return [need('ec2:AllocateAddress', made), ...tagging('AllocateAddress', made)];
  },
  ReleaseAddress: onIds('ReleaseAddress', ({ AllocationId }) => [AllocationId]),
  CreateTags: tagNeeds('CreateTags'),
  DeleteTags: tagNeeds('DeleteTags'),
};
