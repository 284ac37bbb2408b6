import { inspect } from 'node:util';
import { readOptions } from './main/options.ts';
import { serve } from './main/serve.ts';
import { wipe } from './main/wipe.ts';

// The sandbox's own process, started by `redeploy sandbox up`. What it says is its log.
const log = (line: string) => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

const end = (error?: unknown) => {
  if (error !== undefined) log(`error: ${inspect(error)}`);
  process.exit(error === undefined ? 0 : 1);
};

try {
  const options = readOptions(process.argv.slice(2));
  if (options.wipe) {
    await wipe(options, log);
    end();
  }
  const close = await serve(options, log, () => end());
  let closing: Promise<void> | undefined;
  const stop = () => {
    log('stopping');
    closing ??= close().then(() => end(), end);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  end(error);
}
