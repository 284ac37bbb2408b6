/** A text as one word of a shell script. */
export const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
