import { assert, json, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '../../../pipeline/core/json-file.ts';

const messageOf = (text: string): string => {
  try {
    readJson('settings.json', text);
  } catch (error) {
    return (error as Error).message.replace('settings.json is not valid JSON: ', '');
  }
  return 'fine';
};

test.each([
  ['{"a": 1,}', 'line 1, column 9'],
  ['{\n  "a": tru\n}', 'line 2, column 11'],
  ['{"password": hunter2}', 'line 1, column 14'],
  ['{"a": 1} // comment', 'line 1, column 10'],
  ['{"a":\n  "x\ny"}', 'line 2, column 5'],
  ["{'a': 1}", 'line 1, column 2'],
  ['{"a": [1, 2', 'it ends too early'],
  ['{"a": "b', 'it ends too early'],
  ['[1,\n2,\n', 'it ends too early'],
  [' \n', 'it is empty'],
])('%j: %s', (text, place) => expect(messageOf(text)).toBe(place));

test('a byte order mark does no harm', () => expect(readJson('x', '\uFEFF{"a":1}')).toEqual({ a: 1 }));

test('any JSON passes; cut off anywhere, it never appears in the message', () => {
  assert(
    property(json(), nat(), (text, cut) => {
      expect(readJson('x', text)).toEqual(JSON.parse(text));
      const secret = `{"password": "hunter2${text.slice(0, cut % (text.length + 1))}`.replaceAll('"hunter2"', '');
      expect(messageOf(secret)).not.toContain('hunter2');
    }),
  );
});
