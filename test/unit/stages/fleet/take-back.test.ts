import { expect, it } from 'vitest';
import type { Context } from '../../../../pipeline/core/context.ts';
import type { Target } from '../../../../pipeline/core/target.ts';
import { rollBackRefresh } from '../../../../pipeline/stages/fleet/refresh.ts';

const target = { app: 'shop', environment: 'production', region: 'us-east-1' } as Target;

/** An Auto Scaling that answers a rollback with this fault, and the calls that it got. */
function facing(fault: string | undefined) {
  const calls: string[] = [];
  const send = async (command: object) => {
    calls.push(command.constructor.name);
    if (fault !== undefined && calls.length === 1) throw Object.assign(new Error('no'), { name: fault });
    return {};
  };
  return { ctx: { aws: { autoScaling: { send } } } as unknown as Context, calls };
}

it('takes a roll back, or says that it was over already', async () => {
  expect(await rollBackRefresh(facing(undefined).ctx, target)).toBe(true);
  expect(await rollBackRefresh(facing('ActiveInstanceRefreshNotFoundFault').ctx, target)).toBe(false);
});

it('stops a roll that AWS cannot take back, and says what to do', async () => {
  const { ctx, calls } = facing('IrreversibleInstanceRefreshFault');
  await expect(rollBackRefresh(ctx, target)).rejects.toMatchObject({
    code: 'fleet',
    hint: expect.stringContaining('redeploy rollback'),
  });
  expect([calls[0], calls.at(-1)]).toEqual(['RollbackInstanceRefreshCommand', 'CancelInstanceRefreshCommand']);
});
