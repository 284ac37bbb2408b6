/** Polls until `probe` gives something other than undefined; throws what it saw last, with `explain`, when it gives up. */
export async function eventually<T>(
  what: string,
  seconds: number,
  probe: () => Promise<T | undefined>,
  explain: () => Promise<string> = async () => '',
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not happen within ${seconds} s: ${String(last)}\n${await explain()}`);
}
