import { AwsError } from '../error.ts';
import { page } from '../page.ts';

interface ListingInput {
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

export interface Listing<T> {
  /** Unique; the order of the list. */
  keyOf: (record: T) => string;
  /** What MaxResults may be (and its default is the most). */
  range: [least: number, most: number];
  /** The parameter that names records, if it was given: it cannot be had together with MaxResults. */
  named?: string | undefined;
}

/** One page as every EC2 `Describe…` does it. Throws `InvalidParameterValue`, `InvalidParameterCombination`, `InvalidNextToken`. */
export function listPage<T>(records: T[], input: ListingInput, listing: Listing<T>): { items: T[]; next?: string } {
  const [least, most] = listing.range;
  const { MaxResults: limit, NextToken: token } = input;
  if (limit !== undefined && listing.named !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameter ${listing.named} cannot be used with the parameter maxResults`,
    );
  }
  if (limit !== undefined && (limit < least || limit > most)) {
    const bound = limit < least ? `greater than ${least}` : `less than ${most}`;
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${limit} ) for parameter maxResults is invalid. Expecting a value ${bound}.`,
    );
  }
  return page(records, {
    keyOf: listing.keyOf,
    limit: limit ?? (listing.named === undefined ? most : records.length + 1),
    token,
    invalidTokenCode: 'InvalidNextToken',
  });
}

/** A key that sorts by time (or another number) and then by id. */
export const orderedKey = (number: number, id: string): string => `${String(number).padStart(16, '0')} ${id}`;
