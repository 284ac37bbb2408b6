import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import type { LaunchTemplateRecord, LaunchTemplateVersionRecord, Tags, TemplateData } from './state.ts';

/** "Launch templates per Region: 5,000, versions per launch template: 10,000" (launch-template-restrictions.html). */
const mostTemplates = 5000;
const mostVersions = 10_000;

export interface NewVersion {
  data: TemplateData;
  description: string | undefined;
  createdBy: string;
}

/** A template with its version 1. Throws `InvalidLaunchTemplateName.AlreadyExistsException`, `….MalformedException`. */
export function createTemplate(engine: Engine, name: string, tags: Tags, first: NewVersion): LaunchTemplateRecord {
  const { launchTemplates } = engine.state.ec2;
  const template: LaunchTemplateRecord = {
    id: engine.id('lt'),
    name,
    createdAtMs: engine.clock.now(),
    createdBy: first.createdBy,
    defaultVersion: 1,
    lastVersion: 0,
    versions: [],
    tags,
  };
  launchTemplates[template.id] = template;
  addVersion(engine, template, first);
  return template;
}

export function checkTemplateName(engine: Engine, name: string): void {
  const all = Object.values(engine.state.ec2.launchTemplates);
  if (!/^[a-zA-Z0-9()./_-]{3,128}$/.test(name)) {
    throw new AwsError(
      'InvalidLaunchTemplateName.MalformedException',
      `The launch template name ${name} is not valid: 3 to 128 letters, digits and any of -_./() are.`,
    );
  }
  if (all.some((template) => template.name === name)) {
    throw new AwsError('InvalidLaunchTemplateName.AlreadyExistsException', `Launch template name already in use.`);
  }
  if (all.length >= mostTemplates) {
    throw new AwsError('MaxTemplateLimitExceeded', `You have reached the limit of ${mostTemplates} launch templates.`);
  }
}

/** The next version; its number is one more than any that ever was. Throws `MaxTemplateVersionLimitExceeded`. */
export function addVersion(
  engine: Engine,
  template: LaunchTemplateRecord,
  { data, description, createdBy }: NewVersion,
): LaunchTemplateVersionRecord {
  if (template.versions.length >= mostVersions) {
    throw new AwsError(
      'MaxTemplateVersionLimitExceeded',
      `You have reached the limit of ${mostVersions} versions of the launch template ${template.id}.`,
    );
  }
  template.lastVersion += 1;
  const version = {
    version: template.lastVersion,
    description,
    createdAtMs: engine.clock.now(),
    createdBy,
    data: structuredClone(data),
  };
  template.versions.push(version);
  engine.save();
  return version;
}
