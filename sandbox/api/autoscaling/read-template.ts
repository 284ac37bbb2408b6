import type { LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import type { TemplateRef } from '../../engine/autoscaling/state.ts';
import { checkLaunch } from '../../engine/ec2/launch-check.ts';
import { resolveLaunchTemplate, templateLaunchRequest } from '../../engine/ec2/template.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { invalid } from './find.ts';

/** A launch template that instances could be launched from, in that subnet and of that type. Throws `ValidationError` as AWS does. */
export function readTemplate(
  engine: Engine,
  input: LaunchTemplateSpecification,
  over: { subnetId: string; instanceType?: string | undefined },
): TemplateRef {
  try {
    const version = input.Version ?? '$Default';
    const reference = { id: input.LaunchTemplateId, name: input.LaunchTemplateName, version };
    const template = resolveLaunchTemplate(engine, reference);
    checkLaunch(engine, templateLaunchRequest(engine, template, { count: 1, ...over }));
    return { id: template.id, name: template.name, version };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid(`You must use a valid fully-formed launch template. ${error.message}`);
  }
}

/** Whether rollback is possible from this saved template: not from a moving version or an image by SSM parameter. */
export function isReversible(engine: Engine, { id, version }: TemplateRef): boolean {
  if (version.startsWith('$')) return false;
  const { data } = resolveLaunchTemplate(engine, { id, version });
  return !data.ImageId?.startsWith('resolve:ssm:');
}
