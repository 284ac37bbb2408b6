import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import { given } from './given.ts';
import type { LaunchPart, LaunchRequest } from './launch-request.ts';
import { lookUp } from './resources.ts';
import type { LaunchTemplateRecord, LaunchTemplateVersionRecord } from './state.ts';
import { mergeLaunch, readLaunchData } from './template-data.ts';

export interface ResolvedTemplate {
  id: string;
  name: string;
  /** The number, also when `$Latest` or `$Default` was asked for. */
  version: number;
  data: RequestLaunchTemplateData;
}

/** Which template: by id or by name; version is a number as text, `$Latest` or `$Default` (when left out). */
export interface TemplateReference {
  id?: string | undefined;
  name?: string | undefined;
  version?: string | undefined;
}

/** Throws `InvalidLaunchTemplateId.NotFound`, `InvalidLaunchTemplateName.NotFoundException`, `InvalidLaunchTemplateId.VersionNotFound`. */
export function resolveLaunchTemplate(engine: Engine, reference: TemplateReference): ResolvedTemplate {
  const template = findTemplate(engine, reference);
  const found = findVersion(template, reference.version ?? '$Default');
  return { id: template.id, name: template.name, version: found.version, data: found.data };
}

/** The template by id or by name. Throws `MissingParameter`, `InvalidParameterCombination` and the NotFound errors. */
export function findTemplate(engine: Engine, { id, name }: TemplateReference): LaunchTemplateRecord {
  const { launchTemplates } = engine.state.ec2;
  if (id !== undefined && name !== undefined) {
    throw new AwsError('InvalidParameterCombination', 'Specify either a launch template ID or a name, not both.');
  }
  if (id !== undefined) return lookUp(launchTemplates, 'lt', id);
  if (name === undefined) {
    throw new AwsError(
      'MissingParameter',
      'The request must contain the parameter launchTemplateId or launchTemplateName',
    );
  }
  const template = Object.values(launchTemplates).find((each) => each.name === name);
  if (template) return template;
  throw new AwsError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

/** The version by number, `$Latest` or `$Default`. Throws `InvalidLaunchTemplateId.VersionNotFound`. */
export function findVersion(template: LaunchTemplateRecord, wanted: string): LaunchTemplateVersionRecord {
  const number = wanted === '$Default' ? template.defaultVersion : Number(wanted);
  const found =
    wanted === '$Latest' ? template.versions.at(-1) : template.versions.find(({ version }) => version === number);
  if (found) return found;
  throw new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${wanted} for the launch template with ID ${template.id}.`,
  );
}

/**
 * What is launched from a template: the template's data, and over it what the caller (a call, a group) decides; tags
 * and block devices are merged by key. Throws `MissingParameter` when neither names image and type.
 */
export function templateLaunchRequest(
  engine: Engine,
  template: ResolvedTemplate,
  overrides: LaunchPart,
): LaunchRequest {
  const { id, version, data } = template;
  return completeLaunch({ ...mergeLaunch(readLaunchData(engine, data), overrides), launchTemplate: { id, version } });
}

/** Throws `MissingParameter` as RunInstances does. */
export function completeLaunch(request: LaunchPart): LaunchRequest {
  const { imageId, instanceType, count } = request;
  if (imageId === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter ImageId');
  return { ...given(request), imageId, instanceType: instanceType ?? 'm1.small', count: count ?? 1 };
}
