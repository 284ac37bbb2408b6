import type { Engine } from '../engine/engine.ts';

/** Who calls: from the access key in the Authorization header. */
export interface Caller {
  accessKeyId: string;
  /** arn:aws:iam::123456789012:user/sandbox or arn:aws:sts::…:assumed-role/ROLE/SESSION. */
  arn: string;
  userId: string;
}

/** One API call as a handler sees it. */
export interface Call {
  engine: Engine;
  caller: Caller;
  requestId: string;
}

/** The protocol families that the services here speak. */
export type Protocol = 'query' | 'ec2' | 'json';

/**
 * One AWS service: where its schemas come from and what it can do. Handlers are typed by the SDK's own input and output
 * types; an operation without a handler is answered with `InvalidAction`/`UnknownOperationException`.
 */
export interface Service {
  /** Signing name in the credential scope of the Authorization header: `ec2`, `autoscaling`, `elasticloadbalancing`, … */
  signingName: string;
  protocol: Protocol;
  /** The client package's module, imported lazily. Its `<Operation>$` exports are the schemas. */
  load(): Promise<Record<string, unknown>>;
  operations: Record<string, Handler<never, object | void>>;
}

/** What a handler is: decoded, validated input in; the SDK's output members out. Throws `AwsError`. */
export type Handler<In, Out> = (input: In, call: Call) => Out | Promise<Out>;
