import type { Aws } from '../../pipeline/core/context.ts';

/** What came of one call in one world. */
export type Outcome =
  | { kind: 'answer'; output: unknown }
  | { kind: 'error'; name: string; status: number | undefined; message: string };

export interface Recorded {
  /** `ec2:DescribeImages`. */
  operation: string;
  case: string;
  outcome: Outcome;
}

/** Where a sequence of calls runs; the same sequence runs once in each world. */
export interface Bench {
  aws: Aws;
  /** Makes one call and writes down what came of it. The answer, or undefined when it was refused. */
  readonly call: <T>(name: string, send: () => Promise<T>) => Promise<T | undefined>;
  /** The same for a request that breaks its own model on purpose: it is not held against the model. */
  readonly malformed: <T>(name: string, send: () => Promise<T>) => Promise<T | undefined>;
  /** Pushes an image without layers, as Docker would. */
  readonly pushImage: (repositoryName: string, tag: string, manifest: string) => Promise<void>;
  /** Asks again, unrecorded, until it is true or patience is over. Errors count as not yet. */
  readonly settle: (isThere: () => Promise<boolean>) => Promise<void>;
}

/** One world's life in calls. Begins with an empty world. */
export type Sequence = (bench: Bench) => Promise<void>;
