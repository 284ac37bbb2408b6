/** Where visitors and clients come in: the address may change from one attempt to the next, as that of a name does. */
export interface Entrance {
  /** `http://203.0.113.9:80`. */
  find(): Promise<string>;
  /** What they ask for. */
  host: string;
}

/** An address that stays. */
export const entranceAt = (url: string): Entrance => ({ find: async () => url, host: new URL(url).host });
