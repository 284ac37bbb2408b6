import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ChoiceOf } from './choice.ts';
import { findSandbox, type Session } from './context.ts';
import type { Shown } from './shown.ts';

const load = () => Promise.all([import('../commands/sandbox.ts'), import('./show/sandbox.ts')]);

export const performSandbox = {
  'sandbox up': async ({ options }: ChoiceOf<'sandbox up'>, session: Session): Promise<Shown> => {
    const [{ sandboxUp }, { showUp }] = await load();
    const { machines, latency } = options;
    const region = options.region ?? (await regionOfApp(path.resolve(session.io.cwd, options.appDir)));
    return showUp(await sandboxUp(await findSandbox(session), { region, machines, latency }));
  },
  'sandbox down': async ({ options }: ChoiceOf<'sandbox down'>, session: Session): Promise<Shown> => {
    const [{ sandboxDown }, { showDown }] = await load();
    return showDown(await sandboxDown(await findSandbox(session), { wipe: options.wipe }));
  },
  'sandbox status': async (_: ChoiceOf<'sandbox status'>, session: Session): Promise<Shown> => {
    const [{ sandboxStatus }, { showSandbox }] = await load();
    return showSandbox(await sandboxStatus(await findSandbox(session)));
  },
  'sandbox logs': async ({ options }: ChoiceOf<'sandbox logs'>, session: Session): Promise<Shown> => {
    const { stdout } = session.io;
    const onLine = (line: string) => void stdout.write(`${options.json ? JSON.stringify({ line }) : line}\n`);
    const local = await findSandbox(session);
    await local.log({ lines: options.lines, isFollowing: options.follow, onLine });
    return { document: { log: path.join(local.directory, 'sandbox.log') }, isLines: true, lines: () => [] };
  },
};

/** The region in redeploy.json, when the sandbox is started next to one. */
async function regionOfApp(directory: string): Promise<string | undefined> {
  if (!existsSync(path.join(directory, 'redeploy.json'))) return undefined;
  const { readSettings } = await import('../core/read-target.ts');
  return (await readSettings(directory)).region;
}
