/** One parameter of one's own; the public ones of AWS are not kept but worked out. */
export interface Parameter {
  name: string;
  arn: string;
  type: 'String' | 'StringList' | 'SecureString';
  description?: string;
  tags: Record<string, string>;
  /** Oldest first; the last one is current. At most 100. */
  versions: { version: number; value: string; /** Milliseconds since the epoch. */ modifiedAt: number }[];
}

export type InvocationStatus = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut';

/** A command on one machine. */
export interface Invocation {
  instanceId: string;
  status: InvocationStatus;
  statusDetails: string;
  /** -1 until it ended. */
  exitCode: number;
  stdout: string;
  stderr: string;
  startedAt?: number;
  endedAt?: number;
}

/** A command that was sent to machines. */
export interface CommandRecord {
  id: string;
  documentName: string;
  comment: string;
  parameters: Record<string, string[]>;
  requestedAt: number;
  /** How long it may take to arrive. */
  timeoutSeconds: number;
  invocations: Invocation[];
}

/** What the sandbox remembers of Systems Manager. Plain JSON. */
export interface SsmState {
  /** By name. */
  parameters: Record<string, Parameter>;
  /** By id. */
  commands: Record<string, CommandRecord>;
}

export const emptySsm = (): SsmState => ({ parameters: {}, commands: {} });
