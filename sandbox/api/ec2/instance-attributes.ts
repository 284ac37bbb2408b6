import type { DescribeInstanceAttributeCommandOutput } from '@aws-sdk/client-ec2';
import { instancesById } from '../../engine/ec2/find.ts';
import { instanceTypes } from '../../engine/ec2/instance-types.ts';
import { checkIds, lookUp } from '../../engine/ec2/resources.ts';
import type { InstanceRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { Answer } from '../service.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';
import { instanceForm } from './instance-form.ts';
import { groupIdentifiers } from './interface-form.ts';

type Change = (engine: Engine, instance: InstanceRecord, value: string) => void;

/** API_ModifyInstanceAttribute.html: what can be changed here, each from its text. */
const changes: Record<string, Change> = {
  disableApiTermination: (_, instance, value) => (instance.apiTerminationDisabled = isTrue(value)),
  disableApiStop: (_, instance, value) => (instance.apiStopDisabled = isTrue(value)),
  ebsOptimized: (_, instance, value) => (instance.ebsOptimized = isTrue(value)),
  instanceInitiatedShutdownBehavior: (_, instance, value) => {
    if (value !== 'stop' && value !== 'terminate') {
      throw new AwsError('InvalidParameterValue', `Invalid value '${value}' for instanceInitiatedShutdownBehavior`);
    }
    instance.shutdownBehavior = value;
  },
  instanceType: (_, instance, value) => {
    mustBeStopped(instance, 'instanceType');
    const type = instanceTypes.get(value);
    if (!type) throw new AwsError('InvalidInstanceAttributeValue', `Invalid value '${value}' for InstanceType.`);
    instance.instanceType = value;
  },
  userData: (_, instance, value) => {
    mustBeStopped(instance, 'userData');
    instance.userData = value;
  },
  groupSet: (engine, instance, value) => {
    const ids = value.split(',');
    for (const id of ids) lookUp(engine.state.ec2.securityGroups, 'sg', id);
    instance.securityGroupIds = ids;
  },
};

/** The members of the call and the attributes that they set. */
const members = {
  DisableApiTermination: 'disableApiTermination',
  DisableApiStop: 'disableApiStop',
  EbsOptimized: 'ebsOptimized',
  InstanceInitiatedShutdownBehavior: 'instanceInitiatedShutdownBehavior',
  InstanceType: 'instanceType',
} as const;

type ModifyInput = Parameters<Ec2Handler<'ModifyInstanceAttribute'>>[0];

/** Attribute names and texts, however the call wrote them. */
function givenAttributes(input: ModifyInput): [name: string, value: string][] {
  const given: [string, string | boolean | undefined][] = Object.entries(members).map(([member, name]) => [
    name,
    input[member as keyof typeof members]?.Value,
  ]);
  const userData = input.UserData?.Value;
  given.push([input.Attribute ?? '', input.Value]);
  given.push(['userData', userData && Buffer.from(userData).toString('base64')]);
  given.push(['groupSet', input.Groups?.join(',')]);
  return given.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
}

export const modifyInstanceAttribute: Ec2Handler<'ModifyInstanceAttribute'> = (input, { engine }) => {
  const instance = one(engine, input.InstanceId);
  const [given, ...more] = givenAttributes(input);
  if (!given || more.length > 0) {
    throw new AwsError('InvalidParameterCombination', 'Fields for exactly one instance attribute may be specified');
  }
  const [name, value] = given;
  const change = changes[name];
  if (!change) throw new AwsError('InvalidParameterValue', `The attribute '${name}' cannot be changed here.`);
  endDryRun(input);
  change(engine, instance, value);
  engine.save();
};

type Attribute = (engine: Engine, instance: InstanceRecord) => Answer<DescribeInstanceAttributeCommandOutput>;

const attributes: Record<string, Attribute> = {
  disableApiTermination: (_, i) => ({ DisableApiTermination: { Value: i.apiTerminationDisabled } }),
  disableApiStop: (_, i) => ({ DisableApiStop: { Value: i.apiStopDisabled } }),
  ebsOptimized: (_, i) => ({ EbsOptimized: { Value: i.ebsOptimized } }),
  instanceInitiatedShutdownBehavior: (_, i) => ({ InstanceInitiatedShutdownBehavior: { Value: i.shutdownBehavior } }),
  instanceType: (_, i) => ({ InstanceType: { Value: i.instanceType } }),
  userData: (_, i) => ({ UserData: i.userData === undefined ? {} : { Value: i.userData } }),
  rootDeviceName: (_, i) => ({ RootDeviceName: { Value: i.rootDeviceName } }),
  groupSet: (engine, i) => ({ Groups: groupIdentifiers(engine, i) }),
  sourceDestCheck: () => ({ SourceDestCheck: { Value: true } }),
  enaSupport: () => ({ EnaSupport: { Value: true } }),
  blockDeviceMapping: (engine, i) => ({ BlockDeviceMappings: instanceForm(engine, i).BlockDeviceMappings }),
};

export const describeInstanceAttribute: Ec2Handler<'DescribeInstanceAttribute'> = (input, { engine }) => {
  const instance = one(engine, input.InstanceId);
  endDryRun(input);
  const read = attributes[input.Attribute];
  if (!read) throw new AwsError('InvalidParameterValue', `The attribute '${input.Attribute}' is not known here.`);
  return { InstanceId: instance.id, ...read(engine, instance) };
};

export const modifyInstanceMetadataOptions: Ec2Handler<'ModifyInstanceMetadataOptions'> = (input, { engine }) => {
  const instance = one(engine, input.InstanceId);
  endDryRun(input);
  const { metadataOptions } = instance;
  metadataOptions.httpTokens = input.HttpTokens ?? metadataOptions.httpTokens;
  metadataOptions.httpEndpoint = input.HttpEndpoint ?? metadataOptions.httpEndpoint;
  metadataOptions.instanceMetadataTags = input.InstanceMetadataTags ?? metadataOptions.instanceMetadataTags;
  metadataOptions.httpPutResponseHopLimit = input.HttpPutResponseHopLimit ?? metadataOptions.httpPutResponseHopLimit;
  engine.save();
  return { InstanceId: instance.id, InstanceMetadataOptions: instanceForm(engine, instance).MetadataOptions };
};

/** "The Amazon EC2 console output … the most recent 64 KB" (API_GetConsoleOutput.html). */
const consoleBytes = 65_536;

export const getConsoleOutput: Ec2Handler<'GetConsoleOutput'> = async (input, { engine }) => {
  const instance = one(engine, input.InstanceId);
  endDryRun(input);
  const output = Buffer.from(await engine.machines.consoleOutput(instance.id)).subarray(-consoleBytes);
  return { InstanceId: instance.id, Output: output.toString('base64'), Timestamp: new Date(engine.clock.now()) };
};

function one(engine: Engine, id: string): InstanceRecord {
  checkIds('i', [id]);
  const [instance] = instancesById(engine, [id]);
  if (!instance) throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
  return instance;
}

const isTrue = (value: string) => value.toLowerCase() === 'true';

function mustBeStopped({ id, state }: InstanceRecord, attribute: string): void {
  if (state === 'stopped') return;
  throw new AwsError(
    'IncorrectInstanceState',
    `The instance '${id}' is not in the 'stopped' state, which a change of ${attribute} needs.`,
  );
}
