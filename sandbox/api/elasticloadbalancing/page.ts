import { AwsError } from '../error.ts';

/** One page of a Describe answer; markers are positions. Throws `ValidationError` for a size or marker that AWS refuses. */
export function page<T>(
  items: T[],
  { PageSize = 400, Marker }: { PageSize?: number | undefined; Marker?: string | undefined },
): { items: T[]; NextMarker?: string } {
  if (PageSize < 1 || PageSize > 400) throw new AwsError('ValidationError', 'Page size must be between 1 and 400');
  const from = Marker === undefined ? 0 : Number(Buffer.from(Marker, 'base64url').toString());
  if (!Number.isInteger(from)) throw new AwsError('ValidationError', `Marker '${Marker}' is not valid`);
  const to = from + PageSize;
  return {
    items: items.slice(from, to),
    ...(to < items.length && { NextMarker: Buffer.from(String(to)).toString('base64url') }),
  };
}
