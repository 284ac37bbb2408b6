import { AwsError } from '../../api/error.ts';
import type { Engine } from '../engine.ts';
import type { IamInstanceProfile } from '../iam/state.ts';
import { instanceTypes, type InstanceType } from './instance-types.ts';
import type { LaunchRequest } from './launch-request.ts';
import { checkIds, lookUp } from './resources.ts';
import type { ImageRecord, SecurityGroupRecord, SubnetRecord } from './state.ts';

/** A launch request whose parts all exist and fit together. */
export interface CheckedLaunch {
  image: ImageRecord;
  type: InstanceType;
  subnet: SubnetRecord;
  groups: SecurityGroupRecord[];
  profile: IamInstanceProfile | undefined;
}

/** "User data is limited to 16 KB, in raw form, before it is base64-encoded" (user-data.html). */
const mostUserDataBytes = 16_384;

/** Throws the errors of RunInstances; changes nothing. */
export function checkLaunch(engine: Engine, request: LaunchRequest): CheckedLaunch {
  const image = launchableImage(engine, request.imageId);
  const type = instanceType(request.instanceType);
  if (type.architecture !== image.architecture) {
    throw new AwsError(
      'InvalidParameterValue',
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    );
  }
  const subnet = chooseSubnet(engine, request);
  const groups = chooseGroups(engine, request.securityGroupIds, subnet);
  checkUserData(request.userData);
  checkMetadataTags(request);
  checkKeyAndCount(request);
  return { image, type, subnet, groups, profile: instanceProfile(engine, request.iamInstanceProfile) };
}

function launchableImage(engine: Engine, id: string): ImageRecord {
  const image = lookUp(engine.state.ec2.images, 'ami', id);
  if (image.state === 'available') return image;
  const why = image.state === 'deregistered' ? 'no longer available' : 'not available';
  throw new AwsError('InvalidAMIID.Unavailable', `The image ID '${id}' is ${why}`);
}

function instanceType(name: string): InstanceType {
  const type = instanceTypes.get(name);
  if (!type) throw new AwsError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  return type;
}

function chooseSubnet(engine: Engine, { subnetId, zone }: LaunchRequest): SubnetRecord {
  const { subnets } = engine.state.ec2;
  if (subnetId !== undefined) return lookUp(subnets, 'subnet', subnetId);
  const defaults = Object.values(subnets).filter(({ defaultForAz }) => defaultForAz);
  const subnet = defaults.find((candidate) => zone === undefined || candidate.zone === zone);
  if (subnet) return subnet;
  if (zone !== undefined) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${zone}]`);
  throw new AwsError('MissingInput', `No subnets found for the default VPC. Please specify a subnet.`);
}

function chooseGroups(engine: Engine, ids: string[] | undefined, subnet: SubnetRecord): SecurityGroupRecord[] {
  const all = Object.values(engine.state.ec2.securityGroups);
  if (!ids?.length) return all.filter(({ vpcId, name }) => vpcId === subnet.vpcId && name === 'default');
  checkIds('sg', ids);
  return ids.map((id) => {
    const group = lookUp(engine.state.ec2.securityGroups, 'sg', id);
    if (group.vpcId === subnet.vpcId) return group;
    throw new AwsError(
      'InvalidParameter',
      `Security group ${id} and subnet ${subnet.id} belong to different networks.`,
    );
  });
}

function checkUserData(userData: string | undefined): void {
  if (userData === undefined) return;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(userData)) {
    throw new AwsError('InvalidParameterValue', 'Invalid BASE64 encoding of user data.');
  }
  if (Buffer.from(userData, 'base64').length > mostUserDataBytes) {
    throw new AwsError('InvalidParameterValue', `User data is limited to ${mostUserDataBytes} bytes`);
  }
}

/** With tags in the metadata a key that cannot stand in its paths fails the launch (work-with-tags-in-IMDS.html). */
function checkMetadataTags({ metadataOptions, tags }: LaunchRequest): void {
  if (metadataOptions?.instanceMetadataTags !== 'enabled') return;
  const wrong = Object.keys(tags?.instance ?? {}).find(
    (key) => !/^(?!\.{1,2}$|_index$)[A-Za-z0-9+=.,_:@-]+$/.test(key),
  );
  if (wrong === undefined) return;
  throw new AwsError(
    'InvalidParameterValue',
    `'${wrong}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index')`,
  );
}

function checkKeyAndCount({ keyName, count }: LaunchRequest): void {
  if (keyName !== undefined) {
    throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${keyName}' does not exist`);
  }
  if (count < 1) throw new AwsError('InvalidParameterValue', `Invalid value '${count}' for instance count`);
}

function instanceProfile(engine: Engine, wanted: LaunchRequest['iamInstanceProfile']): IamInstanceProfile | undefined {
  if (!wanted) return undefined;
  const { name, arn } = wanted;
  const profiles = Object.values(engine.state.iam.instanceProfiles);
  const profile = profiles.find((each) => (arn === undefined ? each.name === name : each.arn === arn));
  if (profile) return profile;
  const [member, what, value] = arn === undefined ? ['name', 'name', name] : ['arn', 'ARN', arn];
  throw new AwsError(
    'InvalidParameterValue',
    `Value (${value}) for parameter iamInstanceProfile.${member} is invalid. Invalid IAM Instance Profile ${what}`,
  );
}
