import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { clients, startSandbox } from '../../support/sandbox.ts';

test('a query call goes there and back', async () => {
  const sandbox = await startSandbox();
  const { sts } = clients(sandbox);
  expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe('123456789012');
  await expect(
    sts.send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/none', RoleSessionName: 'me' })),
  ).rejects.toMatchObject({ name: 'AccessDenied' });
});
