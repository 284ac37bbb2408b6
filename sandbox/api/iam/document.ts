import { unknownOperators } from '../../engine/iam/conditions.ts';
import { AwsError } from '../error.ts';

const malformed = (message: string) => new AwsError('MalformedPolicyDocument', message);

type Statement = Record<string, unknown>;

/** Checks a trust policy as far as its grammar goes; throws MalformedPolicyDocument. At most 2048 characters. */
export function checkTrustPolicy(text: string): void {
  if (withoutSpace(text) > 2048) {
    throw new AwsError('LimitExceeded', 'Cannot exceed quota for ACLSizePerRole: 2048', { status: 409 });
  }
  for (const statement of statementsOf(text)) {
    if (!('Principal' in statement)) throw malformed('Missing required field Principal');
    if ('Resource' in statement) throw malformed('Has prohibited field Resource');
    if (!('Action' in statement)) throw malformed('Missing required field Action');
  }
}

/** Checks a permissions policy as far as its grammar goes; throws MalformedPolicyDocument. */
export function checkPermissions(text: string): void {
  for (const statement of statementsOf(text)) {
    if ('Principal' in statement) throw malformed('Policy document should not specify a principal.');
    if (!('Action' in statement) && !('NotAction' in statement))
      throw malformed('Policy statement must contain actions.');
    if (!('Resource' in statement) && !('NotResource' in statement)) {
      throw malformed('Policy statement must contain resources.');
    }
    checkActions(statement.Action ?? statement.NotAction);
    checkConditions(statement.Condition);
  }
}

/** Length as IAM counts it for its quotas: without white space. */
export const withoutSpace = (text: string): number => text.replaceAll(/\s/g, '').length;

/** An operator that cannot be judged here would silently forbid; better said at once. */
function checkConditions(conditions: unknown): void {
  const [unknown] = isObject(conditions) ? unknownOperators(Object.keys(conditions)) : [];
  if (unknown !== undefined) throw malformed(`The sandbox cannot judge the condition operator ${unknown}`);
}

function checkActions(actions: unknown): void {
  for (const action of Array.isArray(actions) ? actions : [actions]) {
    if (action === '*') continue;
    if (typeof action !== 'string' || !/^[\w-]+:[\w*?-]+$/.test(action)) {
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
  }
}

function statementsOf(text: string): Statement[] {
  const document = parse(text);
  const version = document.Version;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string');
  }
  const found = document.Statement;
  const statements = (Array.isArray(found) ? found : [found]) as unknown[];
  for (const statement of statements) {
    const effect = isObject(statement) ? statement.Effect : undefined;
    if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Syntax errors in policy.');
  }
  return statements as Statement[];
}

function parse(text: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document)) return document;
  } catch {
    // Not JSON: the same answer as for JSON that is no policy.
  }
  throw malformed('This policy contains invalid Json');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
