import { parse } from 'dotenv';

/**
 * Lines for a .env file that dotenv reads back exactly. dotenv knows three quotes and no escapes but `\n` and `\r` between
 * double ones, so each way of writing a value is tried; a value that no way can hold is left out and named.
 */
export function writeEnv(
  entries: readonly (readonly [name: string, value: string])[],
  head = '',
): { text: string; left: string[] } {
  let text = head;
  const wanted: Record<string, string> = {};
  const left: string[] = [];
  for (const [name, value] of entries) {
    // The whole file is read each time: a quote in one line can open a value that ends lines later.
    const line = waysToWrite(value)
      .map((written) => `${name}=${written}\n`)
      .find((line) => isRead(text + line, { ...wanted, [name]: value }));
    if (line === undefined) left.push(name);
    else {
      text += line;
      wanted[name] = value;
    }
  }
  return { text, left };
}

const waysToWrite = (value: string): string[] => [
  ...(/^[\w./:@%+,=?&~-]+$/.test(value) ? [value] : []),
  `'${value}'`,
  `"${value}"`,
  `\`${value}\``,
  `"${value.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`,
];

/** As bytes, for a lone surrogate does not survive being written. A NUL does, but no variable can carry it. */
function isRead(text: string, wanted: Record<string, string>): boolean {
  const read = parse(Buffer.from(text));
  const names = Object.keys(wanted);
  return (
    names.length === Object.keys(read).length &&
    names.every((name) => Object.hasOwn(read, name) && read[name] === wanted[name] && !read[name]?.includes('\0'))
  );
}
