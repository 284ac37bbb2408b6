/** What a process has, so that a test can be one. */
export interface Io {
  /** Without node and script. */
  argv: string[];
  env: Record<string, string | undefined>;
  cwd: string;
  stdin: NodeJS.ReadStream;
  /** Results. */
  stdout: NodeJS.WriteStream;
  /** Progress and errors. */
  stderr: NodeJS.WriteStream;
  onSignal(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): () => void;
  /** From now on, Node's warnings go there and not to stderr. */
  onWarning(listener: (warning: Error) => void): void;
  exit(code: number): void;
}
