import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

/** What a standard parameter of SSM holds (API_PutParameter.html); what holds more is billed. */
const mostBytes = 4096;

/** A long text in pieces that fit, each under a name that its content gives: the same text has the same pieces. */
export interface Pieces {
  names: string[];
  values: string[];
}

export const fitsOneParameter = (text: string): boolean => Buffer.byteLength(text) <= mostBytes;

/** Cuts a text up, packed: 300 records of a zone are some two pieces. */
export function piecesOf(text: string, stem: string): Pieces {
  const packed = gzipSync(text, { level: 9 }).toString('base64');
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const values = packed.match(new RegExp(`.{1,${mostBytes}}`, 'g')) ?? [];
  return { names: values.map((_, at) => `${stem}.${digest}.${at + 1}`), values };
}

/** The text that was cut up. */
export const textOfPieces = (values: readonly string[]): string =>
  gunzipSync(Buffer.from(values.join(''), 'base64')).toString('utf8');
