import type { DeployResult } from '../../commands/deploy.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import { durationText } from '../../core/duration.ts';
import { tableLines } from '../../edge/terminal/table.ts';
import type { Shown } from '../shown.ts';

/** `redeploy deploy` and `redeploy rollback`. */
export const showDeploy = (result: DeployResult): Shown => ({
  document: result,
  lines: (paint) => [
    headline(result, paint),
    ...tableLines(
      [
        ['address', result.url],
        ['image', result.imageDigest],
        ['AMI', result.ami],
        ['settings', result.settingsVersion.slice(0, 8)],
      ].map(([key = '', value = '']) => [paint('dim', key), value]),
      '  ',
    ),
  ],
});

function headline({ release, previous, action, seconds }: DeployResult, paint: Paint): string {
  const name = paint('bold', release);
  if (action === 'unchanged') return `nothing has changed: ${name} stays live`;
  const before = previous === undefined ? '' : ` in place of ${previous}`;
  const verb = action === 'rolled-back' ? 'is live again' : 'is live';
  return `${paint('green', '✔')} ${name} ${verb}${before}, after ${durationText(seconds * 1000)}`;
}
