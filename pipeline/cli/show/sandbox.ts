import type { SandboxStatus } from '../../core/sandbox.ts';
import { durationText } from '../../core/duration.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import { tableLines } from '../../edge/terminal/table.ts';
import type { Shown } from '../shown.ts';

/** `redeploy sandbox up`. */
export const showUp = (up: SandboxStatus & { action: 'started' | 'unchanged' }): Shown => ({
  document: up,
  lines: (paint) => [
    `${paint('green', '✔')} the sandbox ${up.action === 'started' ? 'runs' : 'was running already'}: http://${up.authority}, ${up.region}`,
    'deploy into it with `redeploy deploy --sandbox`',
  ],
});

/** `redeploy sandbox down`. */
export const showDown = (down: { action: 'stopped' | 'unchanged'; isWiped: boolean; directory: string }): Shown => ({
  document: down,
  lines: () => [
    down.action === 'stopped' ? 'the sandbox is stopped' : 'no sandbox was running',
    down.isWiped ? 'its world is forgotten' : `its world stays in ${down.directory} (--wipe forgets it)`,
  ],
});

/** `redeploy sandbox status`. */
export const showSandbox = (found: {
  isRunning: boolean;
  directory: string;
  sandbox: SandboxStatus | undefined;
}): Shown => ({
  document: found,
  lines: (paint) =>
    found.sandbox
      ? runningLines(found.sandbox, found.directory, paint)
      : ['no sandbox runs: `redeploy sandbox up` starts it'],
});

function runningLines(sandbox: SandboxStatus, directory: string, paint: Paint): string[] {
  const alive = sandbox.machines.filter(({ state }) => state !== 'terminated');
  const facts = [
    ['address', `http://${sandbox.authority}`],
    ['region', sandbox.region],
    ['machines', `${alive.length} (${sandbox.kind})`],
    ['directory', directory],
    ...sandbox.loadBalancers.map(({ name, urls }) => ['balancer', `${name}  ${urls.join('  ')}`]),
  ];
  const machines = alive.map(({ id, state, imageId }) => [id, state, imageId]);
  return [
    `${paint('bold', 'sandbox')} runs since ${durationText(sandbox.uptimeSeconds * 1000)} (pid ${sandbox.pid})`,
    ...tableLines(facts, '  '),
    ...(machines.length > 0
      ? ['', ...tableLines([['machine', 'state', 'AMI'].map((text) => paint('dim', text)), ...machines], '  ')]
      : []),
  ];
}
