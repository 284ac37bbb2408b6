import { isStaticSchema, NormalizedSchema } from '@smithy/core/schema';

export type Shape = NormalizedSchema;

/** One operation of a client package: what goes in, what comes out. */
export interface OperationShape {
  name: string;
  input: Shape;
  output: Shape;
  /** Method, path template (`/hostedzone/{Id}`) and status, where the model has them. Only the REST protocols go by them. */
  http?: { method: string; uri: string; status: number };
}

/** One modelled error: its shape's name (what SDK users see) and its code on the wire, which may differ (awsQueryError). */
export interface ErrorShape {
  name: string;
  code: string;
  status: number;
  /** Status in the JSON protocols, where awsQueryError says nothing. */
  jsonStatus: number;
  shape: Shape;
}

/** What the runtime schemas of one client package say. */
export interface Schemas {
  operations: Map<string, OperationShape>;
  /** By shape name and by wire code. */
  errors: Map<string, ErrorShape>;
}

/** The first number of a static schema says what it is (@smithy/types, schema/static-schemas). */
const operationId = 9;
const errorId = -3;

type Ref = Parameters<typeof NormalizedSchema.of>[0];
type Static = [id: number, namespace: string, name: string, traits: unknown, ...rest: unknown[]];

/** Reads the `<Operation>$` and `<Error>$` exports of an `@aws-sdk/client-*` module. */
export function readSchemas(module: Record<string, unknown>): Schemas {
  const schemas: Schemas = { operations: new Map(), errors: new Map() };
  for (const [key, value] of Object.entries(module)) {
    if (!key.endsWith('$') || !isStaticSchema(value as Ref)) continue;
    const entry = value as Static;
    if (entry[0] === operationId) addOperation(schemas, entry);
    if (entry[0] === errorId) addError(schemas, entry);
  }
  return schemas;
}

function addOperation({ operations }: Schemas, entry: Static): void {
  const [, , name, traits, input, output] = entry;
  const { http } = traits as { http?: [method: string, uri: string, status: number] };
  const [method = '', uri = '', status = 200] = http ?? [];
  operations.set(name, {
    name,
    input: NormalizedSchema.of(input as Ref),
    output: NormalizedSchema.of(output as Ref),
    ...(http && { http: { method, uri, status } }),
  });
}

function addError({ errors }: Schemas, entry: Static): void {
  const name = entry[2];
  const shape = NormalizedSchema.of(entry as unknown as Ref);
  const traits = shape.getMergedTraits();
  const [code, status] = (traits.awsQueryError as [string, number] | undefined) ?? [];
  const httpStatus = (traits.httpError as number | undefined) ?? 400;
  // The SDK's models say 404 of some, the pages of the JSON services say 400 of all that a client can do wrong.
  const jsonStatus = httpStatus >= 500 ? httpStatus : 400;
  const error = { name, code: code ?? name, status: status ?? httpStatus, jsonStatus, shape };
  errors.set(name, error);
  if (!errors.has(error.code)) errors.set(error.code, error);
}

/** The members that the model marks as required: a static structure lists them first and says how many they are. */
export function requiredMembers(shape: Shape): string[] {
  const schema = shape.getSchema() as readonly unknown[];
  return (schema[4] as string[]).slice(0, (schema[6] as number | undefined) ?? 0);
}
