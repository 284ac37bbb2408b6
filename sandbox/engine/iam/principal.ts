import type { Engine } from '../engine.ts';
import type { IamIdentity, Principal } from './state.ts';

/** The documents that decide what an identity may do. */
export interface Permissions {
  identity: string[];
  /** Allows nothing by itself: what it does not allow, nothing else can. */
  boundary?: string[];
}

/** Of AWS's own managed policies the sandbox knows these; any other allows nothing here. */
const managedByAws: Record<string, object> = {
  // AmazonSSMManagedInstanceCore.html of the managed policy reference: what the agent needs, and no more.
  AmazonSSMManagedInstanceCore: {
    Effect: 'Allow',
    Action: (
      'DescribeAssociation GetDeployablePatchSnapshotForInstance GetDocument DescribeDocument GetManifest GetParameter ' +
      'GetParameters ListAssociations ListInstanceAssociations PutInventory PutComplianceItems PutConfigurePackageResult ' +
      'UpdateAssociationStatus UpdateInstanceAssociationStatus UpdateInstanceInformation'
    )
      .split(' ')
      .map((action) => `ssm:${action}`)
      .concat(['ssmmessages:*ControlChannel', 'ssmmessages:*DataChannel', 'ec2messages:*']),
    Resource: '*',
  },
  AdministratorAccess: { Effect: 'Allow', Action: '*', Resource: '*' },
};

/** Undefined for the account itself. A user or role that is gone may do nothing. */
export function permissionsOf(engine: Engine, principal: Principal): Permissions | undefined {
  if (principal.kind === 'account') return undefined;
  const { users, roles } = engine.state.iam;
  const all: Record<string, IamIdentity> = principal.kind === 'user' ? users : roles;
  const identity = Object.hasOwn(all, principal.name) ? all[principal.name] : undefined;
  if (!identity) return { identity: [] };
  const { inlinePolicies, attachedPolicies, boundary } = identity;
  return {
    identity: [...Object.values(inlinePolicies), ...attachedPolicies.flatMap((arn) => documentsOf(engine, arn))],
    ...(boundary !== undefined && { boundary: documentsOf(engine, boundary) }),
  };
}

/** `aws:PrincipalArn`: of a session that of its role (reference_policies_condition-keys.html). */
export function principalArn({ state }: Engine, principal: Principal): string {
  const { account, iam } = state;
  if (principal.kind === 'account') return `arn:aws:iam::${account}:root`;
  const all: Record<string, IamIdentity> = principal.kind === 'user' ? iam.users : iam.roles;
  const known = Object.hasOwn(all, principal.name) ? all[principal.name] : undefined;
  return known?.arn ?? `arn:aws:iam::${account}:${principal.kind}/${principal.name}`;
}

function documentsOf(engine: Engine, policyArn: string): string[] {
  const own = engine.state.iam.policies[policyArn];
  if (own) return [own.document];
  const known = managedByAws[/^arn:aws:iam::aws:policy\/([\w-]+)$/.exec(policyArn)?.[1] ?? ''];
  return known ? [JSON.stringify({ Version: '2012-10-17', Statement: known })] : [];
}
