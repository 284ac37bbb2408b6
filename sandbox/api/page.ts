import { AwsError } from './error.ts';

/** Which part of a list a caller asks for. */
export interface PageRequest<Item> {
  /** Says where an item stands: the list is sorted by it, and the token remembers it. Must be unique. */
  keyOf: (item: Item) => string;
  limit: number;
  /** What the page before answered as its token. */
  token: string | undefined;
  /** The service's error code for a token that it did not make. */
  invalidTokenCode: string;
}

/** One page of `items` in the order of their keys, and the token of the next page if there is one. */
export function page<Item>(items: Iterable<Item>, request: PageRequest<Item>): { items: Item[]; next?: string } {
  const { keyOf, limit, token, invalidTokenCode } = request;
  const after = token === undefined ? '' : readToken(token, invalidTokenCode);
  const rest = [...items].filter((item) => keyOf(item) > after).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const found = rest.slice(0, limit);
  const last = found.at(-1);
  return rest.length > limit && last !== undefined ? { items: found, next: writeToken(keyOf(last)) } : { items: found };
}

const mark = 'after:';
const writeToken = (key: string) => Buffer.from(mark + key).toString('base64url');

function readToken(token: string, code: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(mark)) throw new AwsError(code, 'The specified pagination token is invalid.');
  return text.slice(mark.length);
}
