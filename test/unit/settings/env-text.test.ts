import { parse } from 'dotenv';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEnvText } from '../../../pipeline/core/payload/env-text.ts';

test.each([
  ['A=plain', 'plain'],
  ['A = blanks around ', 'blanks around'],
  ['export A=exported', 'exported'],
  ['A: colon', 'colon'],
  ['\uFEFFA=after a byte order mark', 'after a byte order mark'],
  ['A=', ''],
  ['A= # a comment', ''],
  ['A=value # a comment', 'value'],
  ["A='a # inside' # a comment", 'a # inside'],
  ['A=a=b=c==', 'a=b=c=='],
  ['A=pa$$word$HOME`id`', 'pa$$word$HOME`id`'],
  ["A='${X} $(date) $HOME'", '${X} $(date) $HOME'],
  [`A='say "hi" and "bye"'`, 'say "hi" and "bye"'],
  ['A="two\\nlines"', 'two\nlines'],
  ["A='two\\nlines'", 'two\\nlines'],
  ['A="-----BEGIN\nabc=\n-----END\n"', '-----BEGIN\nabc=\n-----END\n'],
  ["A='first\r\nsecond'\r\n", 'first\nsecond'],
  ['A=<%= 1+1 %>', '<%= 1+1 %>'],
  ['A=C:\\dir\\', 'C:\\dir\\'],
  ['A=ü😀漢', 'ü😀漢'],
])('%j is read as %j', (text, value) => {
  expect(readEnvText(text)).toEqual({ values: { A: value }, mistakes: [] });
  expect(parse(text.replace(/^\uFEFF/, ''))).toEqual({ A: value });
});

test.each([
  ['a quote that is never closed', `OK=1\nA="hush`, /^line 2: A has no closing "$/],
  ['text after the closing quote', `A="hush" hush`, /^line 1: A goes on after the closing "; put all of the value/],
  ['a # in a value without quotes', 'A=pa#hush', /^line 1: A has a # in it, where dotenv ends the value/],
  ['nothing but a # at the beginning', 'A=#hush', /^line 1: A has a # in it/],
  ['an escaped quote', 'A="hush \\"hi\\""', /^line 1: A has \\" between ", which dotenv keeps with its backslash/],
  ['a backslash before a line break that dotenv makes', 'A="C:\\\\new"', /^line 1: A has \\\\n or \\\\r between "/],
  [
    'a value of several lines without quotes',
    'A=-----BEGIN\nhush\n',
    /^line 2: it is no NAME=value; a value of several/,
  ],
  ['a name alone', 'PASSWORD', /^line 1: it is no NAME=value/],
  ['a name with a blank', 'MY VAR=hush', /^line 1: it is no NAME=value/],
  ['one name twice', 'A=hush\n# c\nB=1\nA=2', /^line 4: A stands in line 1, too; keep one of them$/],
  ['what other tools fill in', 'A=mongodb://${HOST}/hush', /^line 1: A has \$\{ in it, and nothing is filled in there/],
  ['what a shell would run', 'A="$(op read hush)"', /^line 1: A has \$\( in it.*single quotes/],
  ['a NUL', 'A=hu\0sh', /^line 1: A has a NUL character/],
  ['a name that objects have', '__proto__=hush', /^line 1: __proto__ is no name/],
  ['a carriage return of its own', "A='hu\rsh'", /^A is read by dotenv otherwise than it is written/],
  ['a blank that is no blank', 'A=hush\u00a0', /^A is read by dotenv otherwise/],
])('%s is a mistake, told without the value', (_, text, said) => {
  const { mistakes } = readEnvText(text);
  expect(mistakes[0]).toMatch(said);
  expect(mistakes.join()).not.toContain('hu');
});

test('all mistakes are told together, each with its line', () => {
  const { mistakes } = readEnvText(`A="\nB='x' y\nC=1\nC=2\nD=a#b\nhello`);
  expect(mistakes.map((line) => line.slice(0, 9))).toEqual([
    'line 1: A',
    'line 2: B',
    'line 4: C',
    'line 5: D',
    'line 6: i',
  ]);
});

describe('any text', () => {
  const sign = fc.constantFrom(...`'"\`#$=\\ \n\r\tAB:{}(é`.split(''), '\\n', '\r\n', 'export ', 'A=', 'B="', '\u00a0');
  const text = fc.string({ unit: sign, maxLength: 30 });

  test('is read as dotenv reads it, or refused', () => {
    fc.assert(
      fc.property(text, (written) => {
        const { values, mistakes } = readEnvText(written);
        if (mistakes.length === 0) expect(values).toEqual(parse(written));
        else expect(mistakes.every((line) => line.length > 10)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
});
