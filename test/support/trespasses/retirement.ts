import * as ec2 from '@aws-sdk/client-ec2';
import * as ssm from '@aws-sdk/client-ssm';
import type { Attempts, Others } from './trespasser.ts';

const evidence = '/redeploy/bank/production/retire';
/** A machine of their fleet, and the one that they retire. */
const machines = ({ machine, oldMachine }: Others) => [machine, oldMachine];

/** What only whoever retires `shop`'s old balancer may, tried on what `bank` has. */
export const retirementAttempts: Record<string, Attempts> = {
  // User data may hold anything.
  'ec2:DescribeInstanceAttribute': ({ aws, others }) =>
    machines(others).map((InstanceId) =>
      aws.ec2.send(new ec2.DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' })),
    ),
  'ec2:StartInstances': ({ aws, others }) =>
    machines(others).map((id) => aws.ec2.send(new ec2.StartInstancesCommand({ InstanceIds: [id] }))),
  'ec2:StopInstances': ({ aws, others }) =>
    machines(others).map((id) => aws.ec2.send(new ec2.StopInstancesCommand({ InstanceIds: [id] }))),
  'ec2:DeleteSecurityGroup': ({ aws, others }) => [
    aws.ec2.send(new ec2.DeleteSecurityGroupCommand({ GroupId: others.securityGroup })),
  ],
  'ec2:ReleaseAddress': ({ aws, others }) => [
    aws.ec2.send(new ec2.ReleaseAddressCommand({ AllocationId: others.address })),
  ],
  // On theirs; and on one's own with a document of somebody's.
  'ssm:SendCommand': ({ aws, others }) =>
    [
      ...machines(others).map((id) => ({ DocumentName: 'AWS-RunShellScript', InstanceIds: [id] })),
      { DocumentName: 'AWS-RunRemoteScript', InstanceIds: [others.ownOldMachine] },
    ].map((one) => aws.ssm.send(new ssm.SendCommandCommand({ ...one, Parameters: { commands: ['true'] } }))),
  'ssm:DeleteParameter': ({ aws }) => [aws.ssm.send(new ssm.DeleteParameterCommand({ Name: `${evidence}/plan` }))],
  'ssm:GetParametersByPath': ({ aws }) => [aws.ssm.send(new ssm.GetParametersByPathCommand({ Path: evidence }))],
  'ssm:PutParameter': ({ aws }) =>
    [`${evidence}/stop`, '/bank/key', '/redeploy/shop/production/other'].map((Name) =>
      aws.ssm.send(new ssm.PutParameterCommand({ Name, Value: '{}', Type: 'String', Overwrite: true })),
    ),
};
