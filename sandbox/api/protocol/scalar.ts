import type { Shape } from './schemas.ts';

/** Reads a scalar from text; undefined when the text is not one. Timestamps: ISO 8601 or epoch seconds. */
export function scalarFromText(shape: Shape, text: string): unknown {
  if (shape.isStringSchema()) return text;
  if (shape.isBooleanSchema()) return ({ true: true, false: false } as Record<string, boolean>)[text.toLowerCase()];
  if (shape.isNumericSchema() || shape.isBigIntegerSchema() || shape.isBigDecimalSchema()) return numberFrom(text);
  if (shape.isTimestampSchema()) return dateFrom(text);
  if (shape.isBlobSchema()) return blobFrom(text);
  return text;
}

/** What a scalar of this shape is called in an error message. */
export function scalarName(shape: Shape): string {
  if (shape.isStringSchema()) return 'a string';
  if (shape.isBooleanSchema()) return 'a boolean';
  if (shape.isTimestampSchema()) return 'a timestamp';
  return shape.isBlobSchema() ? 'base64' : 'a number';
}

function numberFrom(text: string): number | undefined {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? undefined : number;
}

function dateFrom(text: string): Date | undefined {
  const date = /^\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export function blobFrom(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text) ? Uint8Array.from(Buffer.from(text, 'base64')) : undefined;
}

/** Writes a scalar as the XML protocols do: ISO 8601 dates, base64 blobs. */
export function scalarToText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return String(value);
}
