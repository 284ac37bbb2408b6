import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonLosses } from '../../../pipeline/core/payload/json-losses.ts';

const exact = 'is a number that JavaScript cannot hold exactly; write it between quotes';

test.each([
  ['{"a": 1,\n "a": 2}', ['line 2: a is there twice; keep one of them']],
  ['{"a": {"b": [{}, {"c": 1, "\\u0063": 2}]}}', ['line 1: a.b.1.c is there twice; keep one of them']],
  ['{"id": 12345678901234567890}', [`line 1: id ${exact}`]],
  ['{"list": [1, 9007199254740993]}', [`line 1: list.1 ${exact}`]],
  ['{"a": 1e999}', [`line 1: a ${exact}`]],
  ['{"a": -0}', [`line 1: a ${exact}`]],
  ['{"a": "9007199254740993", "b": "x\\"}:{", "c": "a"}', []],
  ['{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 1}]}', []],
  ['{"a": 9007199254740992, "b": 1e21, "c": 0.1, "d": 100000000000000000000}', []],
])('%s', (text, losses) => {
  expect(findJsonLosses(text)).toEqual(losses);
});

test('what JavaScript wrote is without loss, however it is indented', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
      expect(findJsonLosses(JSON.stringify(value, undefined, indent))).toEqual([]);
    }),
  );
});
