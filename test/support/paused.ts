import type { Aws } from '../../pipeline/core/context.ts';
import type { FakeClock } from './clock.ts';

/** Puts a pause before each call; the pauses are used again when there are more calls. */
export function paused(clock: Pick<FakeClock, 'sleep'>, aws: Aws, pausesMs: number[]): Aws {
  let at = 0;
  for (const client of Object.values(aws) as Aws['sts'][]) {
    const send = client.send.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const later = async (...args: unknown[]) => {
      await clock.sleep(pausesMs[at++ % pausesMs.length] ?? 0);
      return send(...args);
    };
    Object.assign(client, { send: later });
  }
  return aws;
}
