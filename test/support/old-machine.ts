import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeVpcsCommand,
  RunInstancesCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam';
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Aws } from '../../pipeline/core/context.ts';

// The old load balancer of a retirement in AWS, as somebody made it by hand.

/** The name that leads to it. */
export const host = 'shop.example.com';

const name = 'old-balancer';

/** One machine that Systems Manager reaches, open to the world at `port`. Resolves with its id. */
export async function launchOldMachine({ ec2, iam, ssm }: Aws, port: number): Promise<string> {
  await makeRole({ iam });
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand({}));
  const { GroupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: name, Description: 'by hand', VpcId: Vpcs?.[0]?.VpcId }),
  );
  const open = { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [open] }));
  const Name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: Parameter?.Value,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SecurityGroupIds: [GroupId],
      IamInstanceProfile: { Name: name },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] }],
    }),
  );
  return Instances?.[0]?.InstanceId ?? '';
}

/** What an agent of Systems Manager needs, as whoever patches machines gives it to them. */
async function makeRole({ iam }: Pick<Aws, 'iam'>): Promise<void> {
  const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
  await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }));
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }));
}

/** An Elastic IP for the machine, once it has started. */
export async function giveAddress({ ec2 }: Aws, InstanceId: string, Tags: Tag[] = []): Promise<string> {
  const TagSpecifications = Tags.length > 0 ? [{ ResourceType: 'elastic-ip' as const, Tags }] : [];
  const { AllocationId, PublicIp = '' } = await ec2.send(
    new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications }),
  );
  await ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId }));
  return PublicIp;
}

/** Has the name lead there. */
export async function leadName({ route53 }: Aws, address: string, TTL: number): Promise<void> {
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'by hand' }),
  );
  const record = { Name: host, Type: 'A' as const, TTL, ResourceRecords: [{ Value: address }] };
  await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone?.Id,
      ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: record }] },
    }),
  );
}
