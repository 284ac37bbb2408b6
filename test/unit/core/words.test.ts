import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { architectureOf } from '../../../pipeline/core/architecture.ts';
import { addressOf } from '../../../pipeline/core/address.ts';
import { DeployError, exitCodeOf, isAwsError, messageOf, type ErrorCode } from '../../../pipeline/core/errors.ts';
import { Secret } from '../../../pipeline/core/secret.ts';

test('a secret shows itself in no way of printing', () => {
  const secret = new Secret({ password: 'hunter2' });
  const shown = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { depth: 9, showHidden: true }),
    inspect(new Map([[secret, secret]])),
    JSON.stringify(Object.entries(secret)),
    JSON.stringify(Object.assign({}, secret)),
  ];
  expect(shown.join()).not.toContain('hunter2');
  expect(secret.reveal().password).toBe('hunter2');
});

test.each<[ErrorCode | 'bug', number]>([
  ['settings', 2],
  ['usage', 2],
  ['interrupted', 130],
  ['bundle', 1],
  ['timeout', 1],
  ['bug', 70],
])('%s exits with %i', (code, exitCode) => {
  expect(exitCodeOf(code === 'bug' ? new TypeError('x') : new DeployError(code, 'x'))).toBe(exitCode);
});

test('AWS errors are told apart by name; anything thrown has a message', () => {
  const error = Object.assign(new Error('It is not there'), { name: 'InvalidAMIID.NotFound' });
  expect(isAwsError(error, 'InvalidAMIID.Malformed', 'InvalidAMIID.NotFound')).toBe(true);
  expect(isAwsError(error, 'NotFound')).toBe(false);
  expect(isAwsError({ name: 'InvalidAMIID.NotFound' }, 'InvalidAMIID.NotFound')).toBe(false);
  expect([messageOf(error), messageOf('text')]).toEqual(['It is not there', 'text']);
});

test('the instance type decides the architecture', () => {
  const arm = [
    'a1.large',
    't4g.nano',
    'm6g.large',
    'm7gd.metal',
    'c7gn.xlarge',
    'im4gn.large',
    'is4gen.large',
    'x2gd.large',
    'g5g.xlarge',
    'hpc7g.4xlarge',
  ];
  const intel = [
    't2.micro',
    't3.small',
    't3a.small',
    'm5.large',
    'm7i-flex.large',
    'g4dn.xlarge',
    'g5.xlarge',
    'c6in.large',
    'p4d.24xlarge',
    'u-6tb1.metal',
  ];
  expect(arm.filter((type) => architectureOf(type) !== 'arm64')).toEqual([]);
  expect(intel.filter((type) => architectureOf(type) !== 'x86_64')).toEqual([]);
});

test('the address is HTTPS with a certificate; usual ports are not written', () => {
  const balancer = { httpPort: 80, httpsPort: 443, deregistrationDelaySeconds: 60, idleTimeoutSeconds: 60 };
  const certificate = 'arn:aws:acm:x';
  expect(addressOf({ balancer }, 'lb')).toBe('http://lb');
  expect(addressOf({ balancer: { ...balancer, httpPort: 8080 } }, 'lb')).toBe('http://lb:8080');
  expect(addressOf({ balancer: { ...balancer, certificate } }, 'lb')).toBe('https://lb');
  expect(addressOf({ balancer: { ...balancer, certificate, httpsPort: 8443 } }, 'lb')).toBe('https://lb:8443');
});
