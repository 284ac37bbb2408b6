import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { LaunchTemplateRecord, TemplateData } from '../../engine/ec2/state.ts';
import { findTemplate, findVersion } from '../../engine/ec2/template.ts';
import { addVersion, checkTemplateName, createTemplate } from '../../engine/ec2/templates.ts';
import { onceByToken } from '../../engine/ec2/tokens.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { applyFilters } from './filter.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { listPage, orderedKey } from './listing.ts';
import { readTags } from './tag-form.ts';
import { templateForm, versionForm } from './template-form.ts';

/** API_CreateLaunchTemplate.html; idempotent by client token. */
export const createLaunchTemplate: Ec2Handler<'CreateLaunchTemplate'> = (input, { engine, caller }) => {
  const { ClientToken: token, ...parameters } = input;
  const tags = readTags(input.TagSpecifications, 'launch-template');
  const data = templateData(input.LaunchTemplateData);
  if (input.DryRun) checkTemplateName(engine, input.LaunchTemplateName);
  endDryRun(input);
  const first = { data, description: input.VersionDescription, createdBy: caller.arn };
  const [id = ''] = onceByToken(engine, { operation: 'CreateLaunchTemplate', token, parameters }, () => {
    checkTemplateName(engine, input.LaunchTemplateName);
    return [createTemplate(engine, input.LaunchTemplateName, tags, first).id];
  });
  return { LaunchTemplate: templateForm(findTemplate(engine, { id })) };
};

/** API_CreateLaunchTemplateVersion.html: AWS numbers it; `SourceVersion` gives what the call leaves out. */
export const createLaunchTemplateVersion: Ec2Handler<'CreateLaunchTemplateVersion'> = (input, { engine, caller }) => {
  const { ClientToken: token, ...parameters } = input;
  const template = namedTemplate(engine, input);
  const source = input.SourceVersion === undefined ? {} : findVersion(template, input.SourceVersion).data;
  const data = { ...source, ...templateData(input.LaunchTemplateData) };
  endDryRun(input);
  const [number] = onceByToken(engine, { operation: 'CreateLaunchTemplateVersion', token, parameters }, () => {
    const added = addVersion(engine, template, { data, description: input.VersionDescription, createdBy: caller.arn });
    return [String(added.version)];
  });
  return { LaunchTemplateVersion: versionForm(template, findVersion(template, number ?? '$Latest')) };
};

/** What is in a version; empty versions are refused, as AWS does. */
function templateData(data: RequestLaunchTemplateData): TemplateData {
  const given = Object.entries(data).filter(([, value]) => value !== undefined);
  if (given.length > 0) return Object.fromEntries(given);
  throw new AwsError('MissingParameter', 'The request must contain the parameter launchTemplateData');
}

export const namedTemplate = (
  engine: Engine,
  input: { LaunchTemplateId?: string | undefined; LaunchTemplateName?: string | undefined },
): LaunchTemplateRecord => findTemplate(engine, { id: input.LaunchTemplateId, name: input.LaunchTemplateName });

export const describeLaunchTemplates: Ec2Handler<'DescribeLaunchTemplates'> = (input, { engine }) => {
  const { LaunchTemplateIds: ids = [], LaunchTemplateNames: names = [] } = input;
  const named = [
    ...ids.map((id) => findTemplate(engine, { id })),
    ...names.map((name) => findTemplate(engine, { name })),
  ];
  const all = named.length > 0 ? named : Object.values(engine.state.ec2.launchTemplates);
  const found = applyFilters(all, input.Filters, {
    'create-time': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
    'launch-template-name': ({ name }) => name,
  });
  const { items, next } = listPage(found, input, {
    keyOf: (template) => orderedKey(template.createdAtMs, template.id),
    range: [1, 200],
  });
  return { LaunchTemplates: items.map(templateForm), ...(next !== undefined && { NextToken: next }) };
};

/** API_ModifyLaunchTemplate.html: moves the default version. */
export const modifyLaunchTemplate: Ec2Handler<'ModifyLaunchTemplate'> = (input, { engine }) => {
  const template = namedTemplate(engine, input);
  const version = input.DefaultVersion === undefined ? undefined : findVersion(template, input.DefaultVersion);
  endDryRun(input);
  template.defaultVersion = version?.version ?? template.defaultVersion;
  engine.save();
  return { LaunchTemplate: templateForm(template) };
};

/** API_DeleteLaunchTemplate.html: with all its versions. */
export const deleteLaunchTemplate: Ec2Handler<'DeleteLaunchTemplate'> = (input, { engine }) => {
  const template = namedTemplate(engine, input);
  endDryRun(input);
  delete engine.state.ec2.launchTemplates[template.id];
  engine.save();
  return { LaunchTemplate: templateForm(template) };
};
