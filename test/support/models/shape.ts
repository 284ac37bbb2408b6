/** A botocore service model, as far as it is read here. https://botocore.amazonaws.com/v1/documentation/api/latest/development/ */
export interface Model {
  metadata: { protocol: 'ec2' | 'query' | 'json' | 'rest-xml'; serviceId: string };
  operations: Record<string, Operation>;
  shapes: Record<string, Shape>;
}

export interface Operation {
  /** In REST models: `/hostedzone/{Id}`. */
  http?: { method: string; requestUri: string };
  input?: Reference;
  output?: Reference & { resultWrapper?: string };
  errors?: { shape: string }[];
}

/** Use of a shape by a member, with the names that it has on the wire. */
export interface Reference {
  shape: string;
  locationName?: string;
  queryName?: string;
  flattened?: boolean;
  /** Where it travels in REST models, unless in the body. */
  location?: 'uri' | 'querystring' | 'header';
}

export interface Shape {
  type:
    | 'structure'
    | 'list'
    | 'map'
    | 'string'
    | 'character'
    | 'integer'
    | 'long'
    | 'float'
    | 'double'
    | 'boolean'
    | 'timestamp'
    | 'blob';
  members?: Record<string, Reference>;
  required?: string[];
  member?: Reference;
  key?: Reference;
  value?: Reference;
  flattened?: boolean;
  enum?: string[];
  pattern?: string;
  min?: number;
  max?: number;
  /** Its values must not be shown. */
  sensitive?: boolean;
  error?: { code?: string; httpStatusCode?: number };
  /** What to call it in messages, where the wire name says too little. */
  exception?: boolean;
}

export function shapeOf(model: Model, reference: Reference): Shape {
  const shape = model.shapes[reference.shape];
  if (!shape) throw new Error(`the model has no shape ${reference.shape}`);
  return shape;
}
