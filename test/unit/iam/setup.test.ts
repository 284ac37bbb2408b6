import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { iamSetup } from '../../../pipeline/commands/iam.ts';

test('the commands that set an account up name repository and environment where they were named', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'iam-setup-'));
  const settings = { app: 'shop', region: 'us-east-1', environments: { staging: {} } };
  await writeFile(path.join(directory, 'redeploy.json'), JSON.stringify(settings));
  const options = { account: '123456789012', templates: 'templates', environment: 'staging' };
  const plain = (await iamSetup(directory, options)).join('\n');
  const named = (await iamSetup(directory, { ...options, repository: 'acme@1/shop@2' })).join('\n');
  await rm(directory, { recursive: true });
  expect(plain).toContain('"$(redeploy iam github --environment staging)"');
  expect(named).toContain('"$(redeploy iam github --environment staging --repo acme@1/shop@2)"');
  expect(named).toContain('"$(redeploy iam github-plan --environment staging --repo acme@1/shop@2)"');
  expect(named.match(/--repo/g)).toHaveLength(2);
});
