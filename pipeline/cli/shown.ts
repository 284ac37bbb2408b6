import type { Paint } from '../edge/terminal/paint.ts';

/** What a command has to say in the end: the document for --json, the same as lines for people. */
export interface Shown {
  document: unknown;
  lines(paint: Paint): string[];
  /** The document is the last of several, one a line. */
  isLines?: boolean;
  /** When the result is told by it as well; 0 otherwise. */
  exitCode?: number;
}
