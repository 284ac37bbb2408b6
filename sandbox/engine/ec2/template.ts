import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { Engine } from '../engine.ts';
import type { LaunchRequest } from './launch-request.ts';

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
export function resolveLaunchTemplate(_engine: Engine, _reference: TemplateReference): ResolvedTemplate {
  throw new Error('coming');
}

/** What an Auto Scaling group launches from a template: the template's data, and over it what the group decides. */
export function templateLaunchRequest(
  _engine: Engine,
  _template: ResolvedTemplate,
  _overrides: Partial<LaunchRequest>,
): LaunchRequest {
  throw new Error('coming');
}
