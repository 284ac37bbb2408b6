import { expect, test } from 'vitest';
import { defaultBases } from '../../../pipeline/stages/image/default-base.ts';

test.each([
  ['22.16.0', 'node:22.16.0-bookworm'],
  ['20.18.0', 'node:20.18.0-bookworm'],
  ['18.16.0', 'node:18.16.0-bookworm'],
  ['14.21.3', 'node:14.21.3-bullseye'],
  ['14.17.5', 'node:14.17.5-bullseye'],
  ['14.17.4', 'node:14.17.4-buster'],
  ['12.22.6', 'node:12.22.6-bullseye'],
  ['12.22.1', 'node:12.22.1-buster'],
])('Node %s comes in an image that Docker has', (version, image) => {
  expect(defaultBases(version)).toEqual({ base: `${image}-slim`, buildBase: image });
});

test.each(['14.21.4', '14.21.5'])('Node %s is Meteor’s own', (version) => {
  const own = `meteor/node:${version}`;
  expect(defaultBases(version)).toEqual({ base: own, buildBase: own });
});
