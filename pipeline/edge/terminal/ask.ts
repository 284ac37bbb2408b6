import { createInterface } from 'node:readline/promises';

/** Asks one question on the terminal; an empty answer is the proposed one. Rejects when the signal aborts. */
export async function ask(
  streams: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
  question: string,
  proposal: string,
  signal: AbortSignal,
): Promise<string> {
  const terminal = createInterface({ ...streams, terminal: true });
  try {
    const answer = await terminal.question(`${question} [${proposal}] `, { signal });
    return answer.trim() || proposal;
  } finally {
    terminal.close();
  }
}
