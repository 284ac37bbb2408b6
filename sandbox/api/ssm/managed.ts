import type { InstanceRecord } from '../../engine/ec2/state.ts';
import { visibleInstances } from '../../engine/ec2/find.ts';
import type { Engine } from '../../engine/engine.ts';
import { findRefused } from '../authorize.ts';
import { need } from '../authorize/need.ts';

/**
 * Machines whose agent talks to Systems Manager: with a role that allows what it does. "This operation does not return information
 * for nodes that are either Stopped or Terminated" (API_DescribeInstanceInformation.html).
 */
export const managedInstances = (engine: Engine): InstanceRecord[] =>
  visibleInstances(engine).filter((one) => isOnline(one) && mayBeManaged(engine, one));

const isOnline = ({ state }: InstanceRecord): boolean => state === 'running';

/** setup-instance-permissions.html: it says where it is, and it fetches its messages by one of two ways. */
function mayBeManaged(engine: Engine, { iamInstanceProfile }: InstanceRecord): boolean {
  const profile = Object.values(engine.state.iam.instanceProfiles).find(({ arn }) => arn === iamInstanceProfile?.arn);
  const name = profile?.roles[0];
  if (name === undefined) return false;
  const may = (action: string) => !findRefused(engine, { kind: 'role', name }, [need(action, { arn: '*' })]);
  return (
    may('ssm:UpdateInstanceInformation') && (may('ssmmessages:OpenControlChannel') || may('ec2messages:GetMessages'))
  );
}
