import { describe, expect, it, test } from 'vitest';
import { judge, type Question } from '../../../sandbox/engine/iam/policy.ts';

type Keys = Record<string, string | string[]>;

const ask = (action: string, resource: string, keys: Keys = {}): Question => ({
  action,
  resource,
  context: new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), [value].flat()])),
});

const allow = (more: object) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...more }] });
const deny = (more: object) => JSON.stringify({ Statement: { Effect: 'Deny', Action: '*', Resource: '*', ...more } });
const machine = 'arn:aws:ec2:us-east-1:123456789012:instance/i-1';

describe('a policy', () => {
  it.each([
    ['ec2:RunInstances', 'ec2:RunInstances', 'allowed'],
    ['EC2:runinstances', 'ec2:RunInstances', 'allowed'],
    ['ec2:Run*', 'ec2:RunInstances', 'allowed'],
    ['ec2:?unInstances', 'ec2:RunInstances', 'allowed'],
    ['ec2:Run', 'ec2:RunInstances', 'silent'],
    [['s3:*', 'ec2:*'], 'ec2:RunInstances', 'allowed'],
  ])('with action %j says of %s: %s', (Action, action, verdict) => {
    expect(judge([allow({ Action })], ask(action, '*'))).toBe(verdict);
  });

  it.each([
    [machine, 'allowed'],
    ['arn:aws:ec2:us-east-1:123456789012:instance/*', 'allowed'],
    ['arn:aws:ec2:us-east-1:123456789012:*', 'allowed'],
    ['arn:aws:ec2:*:*:instance/i-?', 'allowed'],
    ['arn:aws:ec2:us-*1:123456789012:instance/i-1', 'allowed'],
    ['arn:aws:ec2:us-east-1:123456789012:volume/*', 'silent'],
    ['arn:aws:*c2-1:123456789012:instance/i-1', 'silent'],
    ['arn:aws:ec2:us-east-1:123456789012:INSTANCE/*', 'silent'],
  ])('with resource %s says of a machine: %s', (Resource, verdict) => {
    expect(judge([allow({ Resource })], ask('ec2:StopInstances', machine))).toBe(verdict);
  });

  it('that denies wins over all that allow, whichever comes first', () => {
    const documents = [deny({ Action: 'ec2:*' }), allow({})];
    expect(judge(documents, ask('ec2:StopInstances', machine))).toBe('denied');
    expect(judge(documents.toReversed(), ask('ec2:StopInstances', machine))).toBe('denied');
    expect(judge(documents, ask('iam:GetRole', '*'))).toBe('allowed');
  });

  it('may name what it is not about', () => {
    const notIam = JSON.stringify({
      Statement: [{ Effect: 'Allow', NotAction: 'iam:*', NotResource: 'arn:aws:s3:::x' }],
    });
    expect(judge([notIam], ask('ec2:StopInstances', machine))).toBe('allowed');
    expect(judge([notIam], ask('iam:GetRole', machine))).toBe('silent');
    expect(judge([notIam], ask('s3:GetObject', 'arn:aws:s3:::x'))).toBe('silent');
  });
});

/** One value of a key that is asked, and of one that is missing: reference_policies_elements_condition_operators.html. */
test.each<[string, unknown, Keys, boolean]>([
  ['StringEquals', 'a', { k: 'a' }, true],
  ['StringEquals', ['b', 'a'], { k: 'a' }, true],
  ['StringEquals', 'a', { K: 'a' }, true],
  ['StringEquals', 'A', { k: 'a' }, false],
  ['StringEquals', 'a', {}, false],
  ['StringEqualsIfExists', 'a', {}, true],
  ['StringEqualsIfExists', 'a', { k: 'b' }, false],
  ['StringNotEquals', 'a', { k: 'b' }, true],
  ['StringNotEquals', ['a', 'b'], { k: 'b' }, false],
  ['StringNotEquals', 'a', {}, true],
  ['StringEqualsIgnoreCase', 'A', { k: 'a' }, true],
  ['StringLike', 'repo:acme/*:environment:*', { k: 'repo:acme/shop:environment:production' }, true],
  ['StringNotLike', 'a*', { k: 'abc' }, false],
  ['ArnLike', 'arn:aws:iam::*:role/x', { k: 'arn:aws:iam::1:role/x' }, true],
  ['ArnNotLike', 'arn:aws:iam::*:role/x', { k: 'arn:aws:iam::1:role/y' }, true],
  ['Bool', true, { k: 'true' }, true],
  ['NumericLessThanEquals', '10', { k: '9' }, true],
  ['NumericNotEquals', 9, { k: '9' }, false],
  ['Null', 'true', {}, true],
  ['Null', false, {}, false],
  ['ForAllValues:StringEquals', ['a', 'b'], { k: ['a', 'b'] }, true],
  ['ForAllValues:StringEquals', ['a', 'b'], { k: ['a', 'c'] }, false],
  ['ForAllValues:StringEquals', ['a'], {}, true],
  ['ForAnyValue:StringEquals', ['a'], { k: ['a', 'c'] }, true],
  ['ForAnyValue:StringEquals', ['a'], {}, false],
  ['DateGreaterThan', '2020-01-01', { k: '2021-01-01' }, false],
])('condition %s %j of %j holds: %s', (operator, wanted, keys, holds) => {
  const document = allow({ Condition: { [operator]: { k: wanted } } });
  expect(judge([document], ask('ec2:StopInstances', '*', keys))).toBe(holds ? 'allowed' : 'silent');
});

test('all conditions must hold', () => {
  const document = allow({ Condition: { StringEquals: { a: '1', b: '2' }, Bool: { c: 'true' } } });
  expect(judge([document], ask('x:Y', '*', { a: '1', b: '2', c: 'true' }))).toBe('allowed');
  expect(judge([document], ask('x:Y', '*', { a: '1', b: '2', c: 'false' }))).toBe('silent');
  expect(judge([document], ask('x:Y', '*', { a: '1', c: 'true' }))).toBe('silent');
});
