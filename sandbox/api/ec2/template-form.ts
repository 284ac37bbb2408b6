import type { LaunchTemplate, LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import type { LaunchTemplateRecord, LaunchTemplateVersionRecord } from '../../engine/ec2/state.ts';
import { tagList } from './tag-form.ts';

export const templateForm = (template: LaunchTemplateRecord): LaunchTemplate => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: template.name,
  CreateTime: new Date(template.createdAtMs),
  CreatedBy: template.createdBy,
  DefaultVersionNumber: template.defaultVersion,
  LatestVersionNumber: template.versions.at(-1)?.version ?? template.lastVersion,
  Tags: tagList(template.tags),
});

/** Request and response data are written in the same words. */
export const versionForm = (
  template: LaunchTemplateRecord,
  { version, description, createdAtMs, createdBy, data }: LaunchTemplateVersionRecord,
): LaunchTemplateVersion => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: template.name,
  VersionNumber: version,
  ...(description !== undefined && { VersionDescription: description }),
  CreateTime: new Date(createdAtMs),
  CreatedBy: createdBy,
  DefaultVersion: version === template.defaultVersion,
  LaunchTemplateData: data,
});
