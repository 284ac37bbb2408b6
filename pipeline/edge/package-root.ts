import { existsSync } from 'node:fs';
import path from 'node:path';

/** Whether this code runs as TypeScript (through tsx) rather than from dist/. */
export const isSource = import.meta.filename.endsWith('.ts');

/** Directory of meteor-redeploy's package.json: where `templates/` is, however the code was started. */
export const packageRoot: string = findRoot(import.meta.dirname);

function findRoot(directory: string): string {
  return existsSync(path.join(directory, 'package.json')) ? directory : findRoot(path.dirname(directory));
}
