import { AwsError } from '../error.ts';
import { invalid } from './find.ts';

interface PageInput {
  NextToken?: string | undefined;
  MaxRecords?: number | undefined;
}

/** One page of a Describe answer. Throws `InvalidNextToken`, and `ValidationError` for a size beyond `most`. */
export function page<T>(
  items: T[],
  { NextToken, MaxRecords }: PageInput,
  { usual, most }: { usual: number; most: number } = { usual: 50, most: 100 },
): { items: T[]; NextToken?: string } {
  const size = MaxRecords ?? usual;
  if (size < 1 || size > most) throw invalid(`MaxRecords must be between 1 and ${most}, but is ${size}`);
  const from = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString());
  if (!Number.isInteger(from)) throw new AwsError('InvalidNextToken', `The token '${NextToken}' is invalid`);
  const to = from + size;
  return {
    items: items.slice(from, to),
    ...(to < items.length && { NextToken: Buffer.from(String(to)).toString('base64url') }),
  };
}
