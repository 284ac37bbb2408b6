import path from 'node:path';
import { expect, test } from 'vitest';
import { mostExtraBytes } from '../../../pipeline/core/settings/rules.ts';
import type { Target } from '../../../pipeline/core/target.ts';
import { builderUserData, readMachineFiles } from '../../../pipeline/stages/ami/user-data.ts';

test('what a builder is told fits into 16 KB, with as many commands as the settings may have', async () => {
  const files = await readMachineFiles({ templates: path.resolve(import.meta.dirname, '../../../templates') });
  const command = '"'.repeat(mostExtraBytes / 2 - 8);
  expect(JSON.stringify([[], [command]]).length).toBeGreaterThan(mostExtraBytes - 20);
  const target = { region: 'ap-southeast-1', bake: { packages: [], commands: [command] } } as unknown as Target;
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
  expect(Buffer.byteLength(builderUserData(target, files))).toBeLessThanOrEqual(16_384);
});
