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

/** What the sandbox remembers of Systems Manager's parameter store. Plain JSON. */
export interface SsmState {
  /** By name. */
  parameters: Record<string, Parameter>;
}

export const emptySsm = (): SsmState => ({ parameters: {} });
