import type { Engine } from '../engine/engine.ts';
import { judge, type Question } from '../engine/iam/policy.ts';
import { permissionsOf, principalArn, type Permissions } from '../engine/iam/principal.ts';
import type { Principal } from '../engine/iam/state.ts';
import { denied, linkedRoleDenied, templateDenied, type Refused } from './authorize/denied.ts';
import { need, type Need, type Resource } from './authorize/need.ts';
import { tellQuestion } from './authorize/questions.ts';
import type { Caller, Service } from './service.ts';

/** A call whose permissions are looked at. */
export interface Asking {
  service: Service;
  operation: string;
  input: Record<string, unknown>;
  caller: Caller;
}

/** What may not be asked of anybody (API_GetCallerIdentity.html), or is decided by the role's trust policy (AssumeRole…). */
const unasked = new Set(['sts:GetCallerIdentity', 'sts:AssumeRoleWithWebIdentity']);

/** Throws as the service does unless the caller's policies allow everything that the call takes. */
export function authorize(engine: Engine, { service, operation, input, caller }: Asking): void {
  const { principal } = caller;
  if (principal.kind === 'account') return;
  const prefix = service.iamPrefix ?? service.signingName;
  if (unasked.has(`${prefix}:${operation}`)) return;
  const needsOf = service.needs?.[operation] as ((input: object, engine: Engine) => Need[]) | undefined;
  const needs = needsOf?.(input, engine) ?? [need(`${prefix}:${operation}`, { arn: '*' })];
  const refused = findRefused(engine, principal, needs);
  if (!refused) return;
  engine.log(`iam: ${caller.arn} may not ${refused.action} on ${refused.resource}`);
  throw prefix === 'autoscaling'
    ? deniedByAutoScaling(service, caller, refused, input)
    : denied(service, caller, refused);
}

/** Auto Scaling does not say what it was that launching from the template lacks, and words its own role's refusal in its own way. */
function deniedByAutoScaling(service: Service, caller: Caller, refused: Refused, input: Asking['input']) {
  if (refused.action.startsWith('autoscaling:')) return denied(service, caller, refused);
  return refused.action === 'iam:CreateServiceLinkedRole'
    ? linkedRoleDenied(caller, refused)
    : templateDenied(templateIn(input));
}

/** The first thing that a principal is not allowed. */
export function findRefused(engine: Engine, principal: Principal, needs: Need[]): Refused | undefined {
  const permissions = permissionsOf(engine, principal);
  if (!permissions) return undefined;
  for (const { action, on } of needs) {
    for (const resource of on) {
      const question = { action, resource: resource.arn, context: contextOf(engine, principal, action, resource) };
      tellQuestion({ ...question, principal });
      const why = refusal(permissions, question);
      if (why) return { action, resource: resource.arn, why };
    }
  }
  return undefined;
}

function refusal({ identity, boundary }: Permissions, question: Question): Refused['why'] | undefined {
  const verdict = judge(identity, question);
  if (verdict !== 'allowed') return verdict === 'denied' ? 'explicit' : 'identity';
  return boundary && judge(boundary, question) !== 'allowed' ? 'boundary' : undefined;
}

/** Services whose own `…:ResourceTag/…` says the same as `aws:ResourceTag/…`. */
const withOwnTagKey = new Set(['ec2', 'autoscaling', 'elasticloadbalancing', 'secretsmanager', 'ecr', 'ssm', 'iam']);

function contextOf(
  engine: Engine,
  principal: Principal,
  action: string,
  { tags, requestTags, keys }: Resource,
): Question['context'] {
  const { state } = engine;
  const service = action.slice(0, action.indexOf(':'));
  const context = new Map<string, string[]>([
    ['aws:requestedregion', [service === 'iam' ? 'us-east-1' : state.region]],
    ['aws:principalaccount', [state.account]],
    ['aws:principalarn', [principalArn(engine, principal)]],
  ]);
  const add = (prefix: string, from: Record<string, string | string[]> = {}) => {
    for (const [key, value] of Object.entries(from)) context.set(`${prefix}${key}`.toLowerCase(), [value].flat());
  };
  add('aws:ResourceTag/', tags);
  if (withOwnTagKey.has(service)) add(`${service}:ResourceTag/`, tags);
  add('aws:RequestTag/', requestTags);
  if (requestTags && Object.keys(requestTags).length > 0) context.set('aws:tagkeys', Object.keys(requestTags));
  if (service === 'ec2') context.set('ec2:region', [state.region]);
  add('', keys);
  return context;
}

type TemplateInput = { LaunchTemplateId?: string; LaunchTemplateName?: string };

function templateIn(input: Record<string, unknown>): string {
  const desired = input['DesiredConfiguration'] as { LaunchTemplate?: TemplateInput } | undefined;
  const template = desired?.LaunchTemplate ?? (input['LaunchTemplate'] as TemplateInput | undefined);
  return template?.LaunchTemplateId ?? template?.LaunchTemplateName ?? '';
}
