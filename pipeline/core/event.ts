/** What the product says of itself. Terminal, plain log and JSON lines are renderers of these. */
export type Event =
  | { kind: 'step-started'; step: string; at: number }
  | { kind: 'step-finished'; step: string; ms: number; detail?: string }
  | { kind: 'step-reused'; step: string; detail: string }
  | { kind: 'step-failed'; step: string; ms: number; message: string }
  | { kind: 'waiting'; step?: string; what: string; reason: string; elapsedMs: number }
  | { kind: 'output'; step?: string; line: string }
  | { kind: 'undoing'; label: string; /** What is still to be taken back after it. */ left?: string[] }
  | { kind: 'undo-failed'; label: string; message: string }
  | { kind: 'note'; message: string }
  | { kind: 'warning'; message: string };

export type Report = (event: Event) => void;
