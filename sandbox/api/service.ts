import type { Engine } from '../engine/engine.ts';
import type { Principal } from '../engine/iam/state.ts';
import type { AnyNeeds } from './authorize/need.ts';

/** Who calls: from the access key in the Authorization header. */
export interface Caller {
  accessKeyId: string;
  /** arn:aws:iam::123456789012:user/sandbox or arn:aws:sts::…:assumed-role/ROLE/SESSION. */
  arn: string;
  userId: string;
  principal: Principal;
}

/** One API call as a handler sees it. */
export interface Call {
  engine: Engine;
  caller: Caller;
  requestId: string;
}

/** The protocol families that the services here speak. */
export type Protocol = 'query' | 'ec2' | 'json' | 'rest-xml';

/**
 * One AWS service: where its schemas come from and what it can do. Handlers are typed by the SDK's own input and output
 * types; an operation without a handler is answered with `InvalidAction`/`UnknownOperationException`.
 */
export interface Service {
  /** Signing name in the credential scope of the Authorization header: `ec2`, `autoscaling`, `elasticloadbalancing`, … */
  signingName: string;
  protocol: Protocol;
  /**
   * Speaks JSON 1.0 now and the query protocol before: errors bear their old code, too
   * (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, awsQueryCompatible).
   */
  isQueryCompatible?: boolean;
  /** The client package's module, imported lazily. Its `<Operation>$` exports are the schemas. */
  load(): Promise<Record<string, unknown>>;
  /** An `Operations<typeof import('@aws-sdk/client-…')>`. */
  operations: Record<string, Handler<never, object | void>>;
  /** A `Needs<typeof import('@aws-sdk/client-…')>`: which permissions its operations take. */
  needs?: AnyNeeds;
  /** What its actions begin with in IAM, when that is not the signing name. */
  iamPrefix?: string;
  /** Called once when the sandbox starts, after its state was read: take up loops and half-done work here. */
  start?(engine: Engine): void | Promise<void>;
}

/** What a handler is: decoded, validated input in; the SDK's output members out. Throws `AwsError`. */
export type Handler<In, Out> = (input: In, call: Call) => Out | Promise<Out>;

/** A decoded input: what AWS requires is there (its absence was refused already). */
type Decoded<Input> = {
  [Key in keyof Input]: Pick<Input, Key> extends Required<Pick<Input, Key>>
    ? Exclude<Input[Key], undefined>
    : Input[Key];
};

/** What a handler answers: the members of the SDK's output, any of them left out, without `$metadata`. */
export type Answer<Output> = Partial<Omit<Output, '$metadata'>>;

/** The shape of an SDK command class, as far as input and output can be read from it. */
type CommandClass<Input, Output> = new (...args: never[]) => {
  readonly input: Input;
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: Output }>;
};

type HandlerOf<Command> =
  Command extends CommandClass<infer Input, infer Output> ? Handler<Decoded<Input>, Answer<Output> | void> : never;

/** A handler table typed by a client package: `const operations: Operations<typeof import('@aws-sdk/client-ec2')> = {…}`. */
export type Operations<Module> = {
  [Key in keyof Module as Key extends `${infer Name}Command` ? Name : never]?: HandlerOf<Module[Key]>;
};

/** One handler of such a table, for handlers that are written as functions: `HandlerFor<Module, 'RunInstances'>`. */
export type HandlerFor<Module, Name extends string> = `${Name}Command` extends keyof Module
  ? HandlerOf<Module[`${Name}Command`]>
  : never;
