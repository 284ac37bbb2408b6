import { parse } from 'dotenv';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeEnv } from '../../../pipeline/core/mup/dotenv.ts';

const signs = `'"\`#$=\\ \n\r\tnrü漢{}<%>:;a1`.split('');
const nasty = fc.constantFrom(...signs, '\\n', '${X}', '\u2028', '\ufeff', '\ud800', '\0');
const value = fc.oneof(fc.string({ unit: nasty, maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 20 }));
const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,6}$/);
const entries = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 8 });

test('dotenv reads back exactly what was written, and what cannot be written is named', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const { text, left } = writeEnv(all, "# it's the head\n");
      const wanted = Object.fromEntries(all.filter(([key]) => !left.includes(key)));
      expect(parse(Buffer.from(text))).toEqual(wanted);
    }),
    { numRuns: 1000 },
  );
});

test('only values that no quotes can hold are left out, or those with a carriage return, or what is no text', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const { left } = writeEnv(all);
      const values = Object.fromEntries(all);
      for (const key of left) {
        const held = values[key] ?? '';
        // Between double quotes dotenv turns `\\n` into a line break.
        const fitsNoQuotes = [/'/, /`/, /"|\\[nr]|\$\{/].every((form) => form.test(held));
        // A backslash before the closing quote may be taken for one that belongs to it.
        const escapes = /\\['"`]|\\$/.test(held);
        const isOdd = escapes || held.includes('\r') || held.includes('\0') || Buffer.from(held).toString() !== held;
        expect(fitsNoQuotes || isOdd).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['a key', `-----BEGIN KEY-----\nMII+/=\n-----END KEY-----\n`],
  ['a template', '<%= "a" %> `x` $HOME $$ # \\ '],
  ['a Windows path', 'C:\\dir\\'],
  ['an apostrophe', "it's # not over"],
  ['nothing', ''],
  ['blanks', '  both ends  '],
  ['60 kB', '{"a":"\'#"}'.repeat(6000)],
  ['JSON', '{"a":"it\'s","b":[1,"#"]}'],
])('%s', (_, held) => {
  const around: [string, string][] = [
    ['BEFORE', "'"],
    ['HELD', held],
    ['AFTER', '"'],
  ];
  const { text, left } = writeEnv(around);
  expect([left, parse(text)]).toEqual([[], Object.fromEntries(around)]);
});
