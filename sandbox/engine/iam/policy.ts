import { conditionsHold, valuesOf, type Conditions, type RequestContext } from './conditions.ts';
import { matches } from './pattern.ts';

/** May this be done to that? */
export interface Question {
  /** `ec2:RunInstances`. */
  action: string;
  /** An ARN, or `*` where the action knows no resources. */
  resource: string;
  context: RequestContext;
}

export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  NotResource?: unknown;
  Principal?: unknown;
  Condition?: Conditions;
}

type Verdict = 'allowed' | 'denied' | 'silent';

const parsed = new Map<string, Statement[]>();

/** The statements of a policy document. */
export function statementsOf(document: string): Statement[] {
  const known = parsed.get(document);
  if (known) return known;
  const { Statement: found } = JSON.parse(document) as { Statement: Statement | Statement[] };
  const statements = Array.isArray(found) ? found : [found];
  parsed.set(document, statements);
  return statements;
}

/** What these documents together say: a denial wins over everything (reference_policies_evaluation-logic.html). */
export function judge(documents: readonly string[], question: Question): Verdict {
  const speaking = documents.flatMap(statementsOf).filter((statement) => isAbout(statement, question));
  if (speaking.some(({ Effect }) => Effect === 'Deny')) return 'denied';
  return speaking.length > 0 ? 'allowed' : 'silent';
}

function isAbout(statement: Statement, { action, resource, context }: Question): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const isNamed = (patterns: unknown) => valuesOf(patterns).some((one) => matches(one, action, { ignoresCase: true }));
  const isThere = (patterns: unknown) => valuesOf(patterns).some((one) => matches(one, resource, { isArn: true }));
  if (Action === undefined ? isNamed(NotAction) : !isNamed(Action)) return false;
  // Trust policies have no resource: it is the role that they are of.
  if (Resource !== undefined && !isThere(Resource)) return false;
  if (NotResource !== undefined && isThere(NotResource)) return false;
  return Condition === undefined || conditionsHold(Condition, context);
}
