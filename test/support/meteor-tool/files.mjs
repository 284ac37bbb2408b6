import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export const sha1 = (content) => createHash('sha1').update(content).digest('hex');

/** Files that the tool writes read-only at the top of a bundle and of its programs. */
const READ_ONLY = 0o444;

export function writeFile(root, name, content, { readOnly = false } = {}) {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
  if (readOnly) fs.chmodSync(file, READ_ONLY);
}

export const json = (value) => `${JSON.stringify(value, undefined, 2)}\n`;

export function readOwn(...parts) {
  return fs.readFileSync(path.join(import.meta.dirname, 'bundle', ...parts), 'utf8');
}

/** Every file under a directory, sorted; none if there is no such directory. */
export function filesBelow(directory) {
  if (!fs.existsSync(directory)) return [];
  const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
