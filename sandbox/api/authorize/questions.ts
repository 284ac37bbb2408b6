import { channel } from 'node:diagnostics_channel';
import type { Question } from '../../engine/iam/policy.ts';
import type { Principal } from '../../engine/iam/state.ts';

/** What IAM was asked about somebody, whatever the answer. */
export interface AskedQuestion extends Question {
  principal: Principal;
}

/** Name of the diagnostics channel on which every sandbox of a process tells what IAM is asked. */
export const questionChannel = 'redeploy:sandbox:question';

const questions = channel(questionChannel);

/** Tells whoever listens of a question; costs nothing when nobody does. */
export function tellQuestion(question: AskedQuestion): void {
  if (questions.hasSubscribers) questions.publish(question);
}
