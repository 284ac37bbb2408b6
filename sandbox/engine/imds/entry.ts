/** One value of the metadata tree, made when it is asked for; bytes for user data, which may be anything. */
export type Entry = () => string | Buffer;

/** Times as the metadata service writes them: no fractions. */
export const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
