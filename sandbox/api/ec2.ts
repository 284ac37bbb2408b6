import type * as client from '@aws-sdk/client-ec2';
import { startEc2 } from '../engine/ec2/start.ts';
import * as addresses from './ec2/addresses.ts';
import { describeImages } from './ec2/describe-images.ts';
import { describeInstances, describeInstanceStatus } from './ec2/describe-instances.ts';
import { modifyImageAttribute } from './ec2/image-attributes.ts';
import { createImage, deregisterImage, disableImageDeprecation, enableImageDeprecation } from './ec2/images.ts';
import * as attributes from './ec2/instance-attributes.ts';
import * as lifecycle from './ec2/instance-lifecycle.ts';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './ec2/instance-types.ts';
import * as network from './ec2/network.ts';
import { describeRouteTables, describeVpcEndpoints } from './ec2/routes.ts';
import * as rules from './ec2/rules.ts';
import { runInstances } from './ec2/run-instances.ts';
import * as groups from './ec2/security-groups.ts';
import { createTags, deleteTags, describeTags } from './ec2/tags.ts';
import { deleteLaunchTemplateVersions, describeLaunchTemplateVersions } from './ec2/template-versions.ts';
import * as templates from './ec2/templates.ts';
import { createSnapshot, deleteSnapshot, deleteVolume, describeSnapshots, describeVolumes } from './ec2/volumes.ts';
import type { Operations, Service } from './service.ts';
import { ec2Needs } from './ec2/needs.ts';

const instances: Operations<typeof client> = {
  RunInstances: runInstances,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  TerminateInstances: lifecycle.terminateInstances,
  StopInstances: lifecycle.stopInstances,
  StartInstances: lifecycle.startInstances,
  RebootInstances: lifecycle.rebootInstances,
  ModifyInstanceAttribute: attributes.modifyInstanceAttribute,
  DescribeInstanceAttribute: attributes.describeInstanceAttribute,
  ModifyInstanceMetadataOptions: attributes.modifyInstanceMetadataOptions,
  GetConsoleOutput: attributes.getConsoleOutput,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
};

const disks: Operations<typeof client> = {
  CreateImage: createImage,
  DescribeImages: describeImages,
  DeregisterImage: deregisterImage,
  EnableImageDeprecation: enableImageDeprecation,
  DisableImageDeprecation: disableImageDeprecation,
  ModifyImageAttribute: modifyImageAttribute,
  CreateSnapshot: createSnapshot,
  DescribeSnapshots: describeSnapshots,
  DeleteSnapshot: deleteSnapshot,
  DescribeVolumes: describeVolumes,
  DeleteVolume: deleteVolume,
};

const networks: Operations<typeof client> = {
  DescribeVpcs: network.describeVpcs,
  DescribeSubnets: network.describeSubnets,
  DescribeAvailabilityZones: network.describeAvailabilityZones,
  DescribeRegions: network.describeRegions,
  DescribeInternetGateways: network.describeInternetGateways,
  DescribeRouteTables: describeRouteTables,
  DescribeVpcEndpoints: describeVpcEndpoints,
  CreateSecurityGroup: groups.createSecurityGroup,
  DescribeSecurityGroups: groups.describeSecurityGroups,
  DeleteSecurityGroup: groups.deleteSecurityGroup,
  DescribeSecurityGroupRules: rules.describeSecurityGroupRules,
  AuthorizeSecurityGroupIngress: rules.authorizeSecurityGroupIngress,
  AuthorizeSecurityGroupEgress: rules.authorizeSecurityGroupEgress,
  RevokeSecurityGroupIngress: rules.revokeSecurityGroupIngress,
  RevokeSecurityGroupEgress: rules.revokeSecurityGroupEgress,
};

const elasticAddresses: Operations<typeof client> = {
  AllocateAddress: addresses.allocateAddress,
  DescribeAddresses: addresses.describeAddresses,
  AssociateAddress: addresses.associateAddress,
  DisassociateAddress: addresses.disassociateAddress,
  ReleaseAddress: addresses.releaseAddress,
};

const templatesAndTags: Operations<typeof client> = {
  CreateLaunchTemplate: templates.createLaunchTemplate,
  CreateLaunchTemplateVersion: templates.createLaunchTemplateVersion,
  DescribeLaunchTemplates: templates.describeLaunchTemplates,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  ModifyLaunchTemplate: templates.modifyLaunchTemplate,
  DeleteLaunchTemplate: templates.deleteLaunchTemplate,
  DeleteLaunchTemplateVersions: deleteLaunchTemplateVersions,
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
};

/** Elastic Compute Cloud. */
export const ec2: Service = {
  signingName: 'ec2',
  protocol: 'ec2',
  load: () => import('@aws-sdk/client-ec2'),
  operations: { ...instances, ...disks, ...networks, ...elasticAddresses, ...templatesAndTags },
  needs: ec2Needs,
  start: startEc2,
};
