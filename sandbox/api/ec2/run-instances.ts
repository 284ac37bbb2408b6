import { findInstance } from '../../engine/ec2/find.ts';
import { launchInstances } from '../../engine/ec2/launch.ts';
import { checkLaunch } from '../../engine/ec2/launch-check.ts';
import type { LaunchRequest } from '../../engine/ec2/launch-request.ts';
import { readLaunchData } from '../../engine/ec2/template-data.ts';
import { completeLaunch, resolveLaunchTemplate, templateLaunchRequest } from '../../engine/ec2/template.ts';
import { onceByToken } from '../../engine/ec2/tokens.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { reservations } from './instance-form.ts';
import { readTags } from './tag-form.ts';

type Input = Parameters<Ec2Handler<'RunInstances'>>[0];

const taggable = ['instance', 'volume', 'network-interface', 'elastic-gpu', 'spot-instances-request'];

/** API_RunInstances.html; a client token answers with the same instances for a day, and with an error once they ended. */
export const runInstances: Ec2Handler<'RunInstances'> = (input, { engine }) => {
  refuseWhatIsMissing(input);
  if (input.DryRun) checkLaunch(engine, launchRequest(engine, input));
  endDryRun(input);
  const { ClientToken: token, ...parameters } = input;
  const ids = onceByToken(engine, { operation: 'RunInstances', token, parameters }, () =>
    launchInstances(engine, launchRequest(engine, input)).map(({ id }) => id),
  );
  const instances = ids.map((id) => findInstance(engine, id)).filter((instance) => instance !== undefined);
  if (instances.every(({ state }) => state === 'terminated')) {
    throw new AwsError(
      'IdempotentInstanceTerminated',
      'The client token you have provided is associated with a terminated instance. Please use a different client token.',
    );
  }
  return reservations(engine, instances)[0] ?? {};
};

/** The launch that a call asks for. Throws what RunInstances throws for parameters that make none. */
export function launchRequest(engine: Engine, input: Input): LaunchRequest {
  readTags(input.TagSpecifications, 'instance', taggable);
  const overrides = {
    ...readLaunchData(engine, asTemplateData(input)),
    count: input.MaxCount,
    clientToken: input.ClientToken,
  };
  const template = input.LaunchTemplate;
  if (!template) return completeLaunch(overrides);
  const reference = { id: template.LaunchTemplateId, name: template.LaunchTemplateName, version: template.Version };
  return templateLaunchRequest(engine, resolveLaunchTemplate(engine, reference), overrides);
}

/** Both shapes hold the same words; only optional members are typed apart. */
const asTemplateData = (input: Input) => input as Parameters<typeof readLaunchData>[1];

/** Spot, hibernation and the like would need hardware that the sandbox does not have: said, not ignored. */
const unsupported = [
  'InstanceMarketOptions',
  'HibernationOptions',
  'EnclaveOptions',
  'LicenseSpecifications',
  'ElasticInferenceAccelerators',
  'ElasticGpuSpecification',
] as const;

function refuseWhatIsMissing(input: Input): void {
  if (input.MinCount > input.MaxCount || input.MinCount < 1) {
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value '${input.MinCount}' for minCount. It must be at least 1 and at most maxCount (${input.MaxCount}).`,
    );
  }
  const asked = unsupported.find((member) => input[member] !== undefined);
  if (asked) throw new AwsError('Unsupported', `The sandbox does not offer ${asked}.`);
}
