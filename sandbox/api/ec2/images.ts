import { captureImage } from '../../engine/ec2/capture.ts';
import { instancesById } from '../../engine/ec2/find.ts';
import { deregisterImage as deregister, ownImage, visibleImages } from '../../engine/ec2/images.ts';
import { checkIds } from '../../engine/ec2/resources.ts';
import type { InstanceRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { readTags } from './tag-form.ts';

/** API_CreateImage.html. A running instance is rebooted for it unless `NoReboot`. */
export const createImage: Ec2Handler<'CreateImage'> = (input, { engine }) => {
  const instance = imageable(engine, input.InstanceId);
  checkName(engine, input.Name);
  const of = (type: string) => readTags(input.TagSpecifications, type, ['image', 'snapshot']);
  if (input.BlockDeviceMappings !== undefined) {
    throw new AwsError('Unsupported', 'The sandbox copies disks as they are: BlockDeviceMappings cannot be changed.');
  }
  const request = {
    name: input.Name,
    description: input.Description ?? '',
    noReboot: input.NoReboot ?? false,
    imageTags: of('image'),
    snapshotTags: of('snapshot'),
  };
  endDryRun(input);
  return { ImageId: captureImage(engine, instance, request).id };
};

function imageable(engine: Engine, id: string): InstanceRecord {
  checkIds('i', [id]);
  const [instance] = instancesById(engine, [id]);
  if (instance && ['running', 'stopped', 'stopping'].includes(instance.state)) return instance;
  throw new AwsError('IncorrectInstanceState', `The instance '${id}' is not in the 'running' or 'stopped' state.`);
}

/** 3-128 characters; names are unique among the account's images, failed ones too. */
function checkName(engine: Engine, name: string): void {
  if (!/^[\w().\-/ [\]'@]{3,128}$/.test(name)) {
    throw new AwsError(
      'InvalidAMIName.Malformed',
      `AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'`,
    );
  }
  const twin = visibleImages(engine).find((image) => image.ownerId === engine.state.account && image.name === name);
  if (twin) throw new AwsError('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${twin.id}`);
}

/** API_DeregisterImage.html: instances launched from it go on. */
export const deregisterImage: Ec2Handler<'DeregisterImage'> = (input, { engine }) => {
  const image = ownImage(engine, input.ImageId);
  endDryRun(input);
  const deleted = deregister(engine, image, input.DeleteAssociatedSnapshots ?? false);
  return {
    Return: true,
    DeleteSnapshotResults: deleted.map((id) => ({ SnapshotId: id, ReturnCode: 'success' as const })),
  };
};

/** API_EnableImageDeprecation.html: at most 10 years ahead, "seconds are rounded to the nearest minute". */
export const enableImageDeprecation: Ec2Handler<'EnableImageDeprecation'> = (input, { engine }) => {
  const image = ownImage(engine, input.ImageId);
  const atMs = input.DeprecateAt.getTime();
  const now = engine.clock.now();
  if (atMs < now || atMs > now + 10 * 366 * 86_400_000) {
    throw new AwsError('InvalidParameterValue', `DeprecateAt has to lie in the future, within 10 years`);
  }
  endDryRun(input);
  image.deprecatedAtMs = Math.round(atMs / 60_000) * 60_000;
  engine.save();
  return { Return: true };
};

export const disableImageDeprecation: Ec2Handler<'DisableImageDeprecation'> = (input, { engine }) => {
  const image = ownImage(engine, input.ImageId);
  endDryRun(input);
  image.deprecatedAtMs = undefined;
  engine.save();
  return { Return: true };
};
