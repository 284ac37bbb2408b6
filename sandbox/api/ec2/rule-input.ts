import type { IpPermission } from '@aws-sdk/client-ec2';
import { isIPv4, isIPv6 } from 'node:net';
import { lookUp } from '../../engine/ec2/resources.ts';
import type { RuleRecord } from '../../engine/ec2/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';

/** A rule that is not in a group yet. */
export type NewRule = Omit<RuleRecord, 'id' | 'egress' | 'tags'>;

/** The two ways in which calls write rules: a list, or one rule in the call's own members. */
export interface RuleInput {
  IpPermissions?: IpPermission[] | undefined;
  IpProtocol?: string | undefined;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
  CidrIp?: string | undefined;
  SourceSecurityGroupName?: string | undefined;
}

type Source = Pick<NewRule, 'cidr' | 'cidrV6' | 'groupId' | 'prefixListId' | 'description'>;

/** One record per source. Throws `MissingParameter`, `InvalidParameterValue`, `InvalidGroup.NotFound`, `InvalidPermission.Malformed`. */
export function readRules(engine: Engine, input: RuleInput): NewRule[] {
  const permissions = input.IpPermissions ?? [flat(input)];
  return permissions.flatMap((permission) => {
    const ports = readPorts(permission);
    const sources = readSources(engine, permission);
    if (sources.length === 0) {
      throw new AwsError(
        'InvalidParameterValue',
        'Invalid value for ipPermissions: a rule needs a source or destination.',
      );
    }
    return sources.map((source): NewRule => Object.assign(source, ports));
  });
}

function flat(input: RuleInput): IpPermission {
  const { IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName: GroupName } = input;
  return {
    IpProtocol,
    FromPort,
    ToPort,
    ...(CidrIp !== undefined && { IpRanges: [{ CidrIp }] }),
    ...(GroupName !== undefined && { UserIdGroupPairs: [{ GroupName }] }),
  };
}

const protocolNames: Record<string, string> = { 6: 'tcp', 17: 'udp', 1: 'icmp', 58: 'icmpv6' };

function readPorts(permission: IpPermission): Pick<NewRule, 'protocol' | 'fromPort' | 'toPort'> {
  const written = permission.IpProtocol?.toLowerCase();
  if (written === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter ipProtocol');
  const protocol = protocolNames[written] ?? written;
  if (!/^(tcp|udp|icmp|icmpv6|-1|\d{1,3})$/.test(protocol)) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${written}' for IP protocol. Unknown protocol.`);
  }
  const { FromPort, ToPort } = permission;
  if (protocol === 'tcp' || protocol === 'udp') return { protocol, ...portRange(FromPort, ToPort) };
  return { protocol, fromPort: FromPort ?? -1, toPort: ToPort ?? -1 };
}

function portRange(fromPort: number | undefined, toPort: number | undefined) {
  if (fromPort === undefined || toPort === undefined) {
    const wrong = 'Must specify both from and to ports with TCP/UDP.';
    throw new AwsError('InvalidParameterValue', `Invalid value '${wrong}' for portRange.`);
  }
  if (fromPort < 0 || toPort > 65_535 || fromPort > toPort) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${fromPort}-${toPort}' for portRange.`);
  }
  return { fromPort, toPort };
}

function readSources(engine: Engine, permission: IpPermission): Source[] {
  const { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [], PrefixListIds = [] } = permission;
  return [
    ...IpRanges.map(({ CidrIp, Description }) => ({ cidr: readCidr(CidrIp, isIPv4, 32), description: Description })),
    ...Ipv6Ranges.map(({ CidrIpv6, Description }) => ({
      cidrV6: readCidr(CidrIpv6, isIPv6, 128),
      description: Description,
    })),
    ...UserIdGroupPairs.map(({ GroupId, GroupName, Description }) => ({
      groupId: readGroup(engine, GroupId, GroupName),
      description: Description,
    })),
    ...PrefixListIds.map(({ PrefixListId, Description }) => ({
      prefixListId: PrefixListId ?? '',
      description: Description,
    })),
  ];
}

function readCidr(cidr: string | undefined, isAddress: (text: string) => boolean, most: number): string {
  const [address = '', length = '', ...rest] = (cidr ?? '').split('/');
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (isAddress(address) && bits <= most && rest.length === 0) return `${address}/${bits}`;
  throw new AwsError('InvalidParameterValue', `CIDR block ${cidr} is malformed`);
}

function readGroup(engine: Engine, id: string | undefined, name: string | undefined): string {
  const { securityGroups } = engine.state.ec2;
  if (id !== undefined) return lookUp(securityGroups, 'sg', id).id;
  const group = Object.values(securityGroups).find((each) => each.name === name);
  if (group) return group.id;
  throw new AwsError('InvalidGroup.NotFound', `The security group '${name}' does not exist`);
}
