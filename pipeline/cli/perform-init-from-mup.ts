import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { initFromMup, readConfigured } from '../commands/init-from-mup.ts';
import { proposeName } from '../commands/init.ts';
import { DeployError } from '../core/errors.ts';
import { convert } from '../core/mup/convert.ts';
import { environmentOf } from '../core/mup/names.ts';
import { evaluateMup } from '../edge/mup.ts';
import type { ChoiceOf } from './choice.ts';
import type { Session } from './context.ts';
import { showMupImport } from './show/mup-import.ts';
import type { Shown } from './shown.ts';

/** `redeploy init --from-mup FILE`: asks nothing. */
export async function performInitFromMup(
  options: ChoiceOf<'init'>['options'],
  fromMup: string,
  { io, signal }: Session,
): Promise<Shown> {
  const file = findMup(path.resolve(io.cwd, fromMup));
  const { config, missing } = await evaluateMup(file, { env: io.env, signal });
  const environment = options.environment ?? environmentOf(file);
  const conversion = convert(config, environment, missing);
  const directory = directoryOf(options.appDir, conversion.appPath, { io, file });
  const configured = await readConfigured(directory, environment);
  const region = options.region ?? configured.region ?? io.env['AWS_REGION'] ?? io.env['AWS_DEFAULT_REGION'];
  return showMupImport(
    await initFromMup(directory, {
      conversion,
      settingsFile: options.settings
        ? path.resolve(io.cwd, options.settings)
        : path.join(path.dirname(file), 'settings.json'),
      answers: {
        app: options.app ?? configured.app ?? conversion.app ?? (await proposeName(directory)),
        region: region ?? 'us-east-1',
        environment,
      },
    }),
  );
}

function findMup(given: string): string {
  const file = existsSync(given) && statSync(given).isDirectory() ? path.join(given, 'mup.js') : given;
  if (existsSync(file)) return file;
  throw new DeployError('usage', `there is no file ${file}`, {
    hint: 'name the mup.js of the app, as in .deploy/mup.js',
  });
}

/** --app-dir if it was given; else the app that mup.js names, if it is there. */
function directoryOf(
  appDir: string,
  appPath: string | undefined,
  { io, file }: { io: Session['io']; file: string },
): string {
  const given = path.resolve(io.cwd, appDir);
  if (given !== path.resolve(io.cwd) || appPath === undefined) return given;
  const named = path.resolve(path.dirname(file), appPath.replace(/^~(?=$|[\\/])/, io.env['HOME'] ?? '~'));
  return existsSync(named) ? named : given;
}
