import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  type LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import type { Change } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import { DeployError, isAwsError } from '../../core/errors.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import { findReleases } from '../../core/observe.ts';
import { launchTemplateData, releaseKey, releaseOf, type Release, type ReleaseParts } from '../../core/release.ts';
import type { Outcome } from '../../core/report.ts';
import type { Target } from '../../core/target.ts';

/**
 * The release that is made of these parts: the newest one at or after the live one if it has the same key (nothing changed, or
 * an interrupted run made it), else a new launch template version. AWS gives out the number; the machine must know it, so it is
 * predicted, and a version that lost the race for its number is removed again.
 */
export async function ensureRelease(
  ctx: Context,
  target: Target,
  parts: ReleaseParts,
  live: number,
): Promise<Outcome<Release>> {
  const key = releaseKey(target, parts);
  let given = 0;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    // Whoever took our number may have made this very release.
    const releases = await findReleases(ctx, target);
    const same = findSame(releases, key, live);
    if (same) return { value: same, detail: same.name, reused: true };
    const version = await createVersion(ctx, target, parts, given);
    const release = version && releaseOf(version);
    if (release) return { value: release, detail: release.name };
    if (!version) continue;
    // AWS never gives a number twice, and the latest version may be one that lost and is gone.
    given = version.VersionNumber ?? 0;
    await removeVersion(ctx, target, version);
  }
  throw new DeployError('busy', 'other deploys keep taking the next release number', {
    hint: 'deploy again in a minute',
  });
}

const findSame = (releases: readonly Release[], key: string, live: number): Release | undefined =>
  releases.find((release) => release.key === key && release.number >= live);

/** What `ensureRelease` would do; the release when it is there. Without parts, something that it is made of is still to be made. */
export async function planRelease(
  ctx: Context,
  target: Target,
  parts: ReleaseParts | undefined,
  { releases, live }: { releases: readonly Release[]; live: number },
): Promise<{ changes: Change[]; release: Release | undefined }> {
  const release = parts && findSame(releases, releaseKey(target, parts), live);
  if (release) return { changes: [], release };
  const { launchTemplate } = namesOf(target);
  const latest = await latestVersion(ctx, launchTemplate);
  const what = `release v${(latest ?? 0) + 1}`;
  const why = parts ? 'no release is made of these things' : 'what it is made of is new';
  const call = latest === undefined ? 'ec2:CreateLaunchTemplate' : 'ec2:CreateLaunchTemplateVersion';
  return { changes: [{ action: 'create', what, why, calls: [call] }], release };
}

async function createVersion(
  ctx: Context,
  target: Target,
  parts: ReleaseParts,
  given: number,
): Promise<LaunchTemplateVersion | undefined> {
  const name = namesOf(target).launchTemplate;
  const latest = await latestVersion(ctx, name);
  const number = Math.max(latest ?? 0, given) + 1;
  const data = launchTemplateData(target, parts, number);
  const description = `v${number} of ${target.app} in ${target.environment}${parts.revision ? `, git ${parts.revision.slice(0, 40)}` : ''}`;
  if (latest === undefined)
    return createTemplate(ctx, target, {
      LaunchTemplateName: name,
      VersionDescription: description,
      LaunchTemplateData: data,
    });
  const { LaunchTemplateVersion } = await ctx.aws.ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName: name,
      VersionDescription: description,
      LaunchTemplateData: data,
    }),
  );
  return LaunchTemplateVersion;
}

/** Version 1 comes with the template. Undefined when another run made the template first. */
async function createTemplate(
  ctx: Context,
  target: Target,
  request: {
    LaunchTemplateName: string;
    VersionDescription: string;
    LaunchTemplateData: ReturnType<typeof launchTemplateData>;
  },
): Promise<LaunchTemplateVersion | undefined> {
  try {
    const { LaunchTemplate } = await ctx.aws.ec2.send(
      new CreateLaunchTemplateCommand({
        ...request,
        TagSpecifications: [{ ResourceType: 'launch-template', Tags: tagsOf(target, 'release') }],
      }),
    );
    return {
      VersionNumber: LaunchTemplate?.LatestVersionNumber,
      CreateTime: LaunchTemplate?.CreateTime,
      CreatedBy: LaunchTemplate?.CreatedBy,
      LaunchTemplateData: request.LaunchTemplateData,
    };
  } catch (error) {
    if (isAwsError(error, 'InvalidLaunchTemplateName.AlreadyExistsException')) return undefined;
    throw error;
  }
}

async function latestVersion(ctx: Context, name: string): Promise<number | undefined> {
  try {
    const { LaunchTemplates } = await ctx.aws.ec2.send(
      new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [name] }),
    );
    return LaunchTemplates?.[0]?.LatestVersionNumber;
  } catch (error) {
    if (isAwsError(error, 'InvalidLaunchTemplateName.NotFoundException')) return undefined;
    throw error;
  }
}

async function removeVersion(ctx: Context, target: Target, version: LaunchTemplateVersion): Promise<void> {
  const request = { LaunchTemplateName: namesOf(target).launchTemplate, Versions: [String(version.VersionNumber)] };
  await ctx.aws.ec2.send(new DeleteLaunchTemplateVersionsCommand(request));
}
