import type { DescribeLaunchTemplateVersionsRequest, LaunchTemplateErrorCode } from '@aws-sdk/client-ec2';
import type { LaunchTemplateRecord, LaunchTemplateVersionRecord } from '../../engine/ec2/state.ts';
import { findVersion } from '../../engine/ec2/template.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { applyFilters, type Fields } from './filter.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { listPage, orderedKey } from './listing.ts';
import { versionForm } from './template-form.ts';
import { namedTemplate } from './templates.ts';

interface Entry {
  template: LaunchTemplateRecord;
  found: LaunchTemplateVersionRecord;
}

/**
 * API_DescribeLaunchTemplateVersions.html: of one template all, some or a range, newest first; of all templates only
 * `$Latest` and `$Default`.
 */
export const describeLaunchTemplateVersions: Ec2Handler<'DescribeLaunchTemplateVersions'> = (input, { engine }) => {
  const found = applyFilters(entries(engine, input), input.Filters, fields);
  const { items, next } = listPage(found, input, {
    // newest first: the list is sorted upwards by this key
    keyOf: ({ template, found: { version } }) => `${template.id} ${orderedKey(1e15 - version, '')}`,
    range: [1, 200],
  });
  return {
    LaunchTemplateVersions: items.map(({ template, found: version }) => versionForm(template, version)),
    ...(next !== undefined && { NextToken: next }),
  };
};

function entries(engine: Engine, input: DescribeLaunchTemplateVersionsRequest): Entry[] {
  const { Versions, MinVersion, MaxVersion } = input;
  if (Versions?.length && (MinVersion ?? MaxVersion) !== undefined) {
    throw new AwsError('InvalidParameterCombination', 'Versions cannot be combined with MinVersion and MaxVersion.');
  }
  if (input.LaunchTemplateId === undefined && input.LaunchTemplateName === undefined) {
    return ofAllTemplates(engine, Versions ?? []);
  }
  const template = namedTemplate(engine, input);
  return Versions?.length ? pick(template, Versions) : range(template, MinVersion, MaxVersion);
}

function range(template: LaunchTemplateRecord, from = '1', to = String(Number.MAX_SAFE_INTEGER)): Entry[] {
  const [least, most] = [Number(from), Number(to)];
  if (Number.isNaN(least) || Number.isNaN(most)) {
    throw new AwsError('InvalidParameterValue', `Invalid version range '${from}' to '${to}'`);
  }
  const versions = template.versions.filter(({ version }) => version >= least && version <= most);
  return versions.map((found) => ({ template, found }));
}

function ofAllTemplates(engine: Engine, versions: string[]): Entry[] {
  if (versions.length === 0 || versions.some((version) => version !== '$Latest' && version !== '$Default')) {
    throw new AwsError(
      'MissingParameter',
      'The request must contain the parameter launchTemplateId or launchTemplateName, unless only $Latest and $Default are asked for',
    );
  }
  return Object.values(engine.state.ec2.launchTemplates).flatMap((template) => pick(template, versions));
}

const pick = (template: LaunchTemplateRecord, versions: string[]): Entry[] =>
  [...new Set(versions.map((version) => findVersion(template, version)))].map((found) => ({ template, found }));

const fields: Fields<Entry> = {
  'create-time': ({ found }) => new Date(found.createdAtMs).toISOString(),
  'ebs-optimized': ({ found }) => found.data.EbsOptimized === true,
  'image-id': ({ found }) => found.data.ImageId as string | undefined,
  'instance-type': ({ found }) => found.data.InstanceType as string | undefined,
  'is-default-version': ({ template, found }) => found.version === template.defaultVersion,
};

/** "Up to 200 versions … in a single request" (API_DeleteLaunchTemplateVersions.html). */
const mostAtOnce = 200;

/** Deletes what can be deleted and answers what could not: the default version and those that are not there. */
export const deleteLaunchTemplateVersions: Ec2Handler<'DeleteLaunchTemplateVersions'> = (input, { engine }) => {
  const template = namedTemplate(engine, input);
  if (input.Versions.length > mostAtOnce) {
    throw new AwsError('InvalidParameterValue', `At most ${mostAtOnce} versions can be deleted at once.`);
  }
  endDryRun(input);
  const base = { LaunchTemplateId: template.id, LaunchTemplateName: template.name };
  const deleted: (typeof base & { VersionNumber: number })[] = [];
  const kept: (typeof base & { VersionNumber: number; ResponseError: ReturnType<typeof failure> })[] = [];
  for (const version of input.Versions.map(Number)) {
    const entry = { ...base, VersionNumber: version };
    const refusal = whyNot(template, version);
    if (refusal) kept.push({ ...entry, ResponseError: refusal });
    else {
      template.versions = template.versions.filter((each) => each.version !== version);
      deleted.push(entry);
    }
  }
  engine.save();
  return { SuccessfullyDeletedLaunchTemplateVersions: deleted, UnsuccessfullyDeletedLaunchTemplateVersions: kept };
};

function whyNot(template: LaunchTemplateRecord, version: number) {
  if (!template.versions.some((each) => each.version === version)) {
    return failure('launchTemplateVersionDoesNotExist', `The version ${version} does not exist.`);
  }
  if (version !== template.defaultVersion) return undefined;
  return failure('unexpectedError', `The version ${version} is the default version and cannot be deleted.`);
}

const failure = (Code: LaunchTemplateErrorCode, Message: string) => ({ Code, Message });
