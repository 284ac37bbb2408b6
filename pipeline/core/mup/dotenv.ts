import { readEnvText } from '../payload/env-text.ts';

/**
 * Lines for a .env file that are read back exactly. dotenv knows three quotes and no escapes but `\n` and `\r` between
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
  value,
];

/** As bytes, for a lone surrogate does not survive being written. */
function isRead(text: string, wanted: Record<string, string>): boolean {
  const { values, mistakes } = readEnvText(Buffer.from(text).toString());
  const names = Object.keys(wanted);
  return (
    mistakes.length === 0 &&
    names.length === Object.keys(values).length &&
    names.every((name) => Object.hasOwn(values, name) && values[name] === wanted[name])
  );
}
