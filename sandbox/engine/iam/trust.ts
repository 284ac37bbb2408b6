import { valuesOf, type RequestContext } from './conditions.ts';
import { judge, statementsOf } from './policy.ts';
import type { IamRole } from './state.ts';

/** Who asks for a role: an ARN of the account's, or a provider of identities. */
export type Asker = { AWS: string } | { Federated: string };

/** Whether a role's trust policy lets somebody take it on (id_roles_create_for-user.html, id_roles_create_for-idp_oidc.html). */
export function isTrusted(role: IamRole, action: string, asker: Asker, context: RequestContext = new Map()): boolean {
  const [[kind, arn] = ['', '']] = Object.entries(asker);
  // An account, by its number or its root, stands for everybody in it whose own policies allow it.
  const account = arn.split(':')[4] ?? '';
  const names = kind === 'AWS' ? new Set([arn, account, `arn:aws:iam::${account}:root`, '*']) : new Set([arn]);
  const about = statementsOf(role.trustPolicy).filter(({ Principal }) =>
    valuesOf((Principal as Record<string, unknown> | undefined)?.[kind] ?? []).some((name) => names.has(name)),
  );
  return judge([JSON.stringify({ Statement: about })], { action, resource: role.arn, context }) === 'allowed';
}
