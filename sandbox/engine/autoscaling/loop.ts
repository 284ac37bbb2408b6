import type { Engine } from '../engine.ts';
import { tickGroup } from './tick.ts';

/** Call once at start of the sandbox: looks after all groups every `timing.tickMs`, until it closes. */
export function startAutoscaler(engine: Engine): void {
  engine.background('autoscaler', async () => {
    while (!engine.signal.aborted) {
      for (const group of Object.values(engine.state.autoscaling.groups)) tickQuietly(engine, group.name);
      await engine.clock.sleep(engine.timing.tickMs, engine.signal);
    }
  });
}

/** One group's trouble is not the others'. */
function tickQuietly(engine: Engine, name: string): void {
  const group = engine.state.autoscaling.groups[name];
  try {
    if (group) tickGroup(engine, group);
  } catch (error) {
    engine.log(`group ${name}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}
