import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { PolicyStatement } from '../../pipeline/core/policy.ts';
import { questionChannel, type AskedQuestion } from '../../sandbox/api/authorize/questions.ts';
import { judge, type Statement } from '../../sandbox/engine/iam/policy.ts';

/** What IAM was asked, and in which story it was first. */
export interface Recorded extends AskedQuestion {
  story: string;
}

/** Runs stories one after the other and writes down what IAM was asked about deployer and machines; the same once. */
export async function recordQuestions(stories: Record<string, () => Promise<unknown>>): Promise<Recorded[]> {
  const recorded = new Map<string, Recorded>();
  for (const [story, tell] of Object.entries(stories)) {
    const hear = (told: unknown) => {
      const question = told as AskedQuestion;
      const key = JSON.stringify([question.principal, question.action, question.resource, [...question.context]]);
      if (!recorded.has(key)) recorded.set(key, { ...question, story });
    };
    subscribe(questionChannel, hear);
    await tell().finally(() => unsubscribe(questionChannel, hear));
  }
  return [...recorded.values()];
}

/** Whether these statements together allow what was asked. */
export const isAllowed = (statements: object[], question: Recorded): boolean =>
  judge([JSON.stringify({ Statement: statements as Statement[] })], question) === 'allowed';

/**
 * Actions that can be taken out of one of the statements without anybody being refused: what is asked needs all others, and
 * what `others` allow.
 */
export function needlessIn(
  statements: readonly PolicyStatement[],
  questions: readonly Recorded[],
  others: readonly PolicyStatement[] = [],
): string[] {
  const needless: string[] = [];
  for (const [at, statement] of statements.entries()) {
    for (const action of [statement.Action].flat()) {
      const without = { ...statement, Action: [statement.Action].flat().filter((one) => one !== action) };
      const left = [...others, ...statements.with(at, without)];
      const missed = questions.find((question) => question.action === action && !isAllowed(left, question));
      if (!missed) needless.push(`${statement.Sid}: ${action}`);
    }
  }
  return needless;
}
