import { expect, test } from 'vitest';
import { blockNames, completeBlocks } from '../../../pipeline/core/settings.ts';
import { meteorBuildArguments } from '../../../pipeline/stages/bundle/arguments.ts';

const { build } = completeBlocks.parse(Object.fromEntries(blockNames.map((name) => [name, {}])));

test('builds a directory for the server alone unless told otherwise', () => {
  expect(meteorBuildArguments({ architecture: 'x86_64', build, directory: '/app' }, '/out')).toEqual([
    'build',
    '/out',
    '--directory',
    '--architecture',
    'os.linux.x86_64',
    '--server-only',
  ]);
});

test('passes on every option, the architecture of the machines, and files by absolute path', () => {
  const all = {
    ...build,
    serverOnly: false,
    debug: true,
    server: 'https://shop.example',
    mobileSettings: 'settings/mobile.json',
    allowIncompatibleUpdate: true,
    allowSuperuser: true,
  };
  expect(meteorBuildArguments({ architecture: 'arm64', build: all, directory: '/app' }, '/out').slice(3)).toEqual([
    '--architecture',
    'os.linux.aarch64',
    '--debug',
    '--server',
    'https://shop.example',
    '--mobile-settings',
    '/app/settings/mobile.json',
    '--allow-incompatible-update',
    '--allow-superuser',
  ]);
});
