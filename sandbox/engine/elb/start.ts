import type { Engine } from '../engine.ts';
import { runHealthLoop } from './health-loop.ts';
import { bindListener, unbindListener } from './listen.ts';
import { cutTraffic, runtimeOf } from './runtime.ts';
import { targetKey } from './targets.ts';

/** Call once at start of the sandbox: binds the listeners of an earlier run again and starts checking targets. */
export async function startBalancer(engine: Engine): Promise<void> {
  for (const listener of Object.values(engine.state.elb.listeners)) {
    try {
      await bindListener(engine, listener);
    } catch (error) {
      // The rest of the sandbox is of use without it; status and log tell.
      engine.log(`listener not restored: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const stop = () => engine.background('closing listeners', () => stopBalancer(engine));
  engine.signal.addEventListener('abort', stop, { once: true });
  engine.background('target health checks', () => runHealthLoop(engine));
}

async function stopBalancer(engine: Engine): Promise<void> {
  for (const group of Object.values(engine.state.elb.targetGroups)) {
    for (const target of Object.values(group.targets)) cutTraffic(engine, group.arn, targetKey(target));
  }
  await Promise.all([...runtimeOf(engine).servers.keys()].map((arn) => unbindListener(engine, arn)));
}
