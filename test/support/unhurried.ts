import type { Aws } from '../../pipeline/core/context.ts';
import type { FakeClock } from './clock.ts';

/**
 * Makes fake time stand still while a call is under way: the SDK's own work (and its retries' real milliseconds) must not
 * look like idleness. Calls of a sandbox whose `before` sleeps on the clock must not be made so: they would wait for ever.
 */
export function unhurried(clock: Pick<FakeClock, 'busy'>, aws: Aws): Aws {
  for (const client of Object.values(aws) as Aws['sts'][]) {
    const send = client.send.bind(client) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(client, { send: (...args: unknown[]) => clock.busy(send(...args)) });
  }
  return aws;
}
