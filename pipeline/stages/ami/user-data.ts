import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context } from '../../core/context.ts';
import type { Target } from '../../core/target.ts';

/** The files of templates/machine by name: what gets onto every machine. */
export type MachineFiles = Record<string, string>;

/** Reads templates/machine. */
export async function readMachineFiles(ctx: Pick<Context, 'templates'>): Promise<MachineFiles> {
  const directory = path.join(ctx.templates, 'machine');
  const names = (await readdir(directory)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(path.join(directory, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}

/** Hash of the machine files: part of the bake key. */
export const hashOf = (files: MachineFiles): string => createHash('sha256').update(JSON.stringify(files)).digest('hex');

/**
 * cloud-config of the builder: writes scripts and units, then runs the bake. JSON after the header is YAML.
 * At most 16 KB before base64 (RunInstances): core/target.ts leaves as much of it to packages and commands as there is.
 */
export function builderUserData(target: Target, files: MachineFiles): string {
  const written = Object.entries(files).map(([name, content]) => ({
    path: name.endsWith('.service') ? `/etc/systemd/system/${name}` : `/opt/redeploy/${name}`,
    permissions: name.endsWith('.service') ? '0644' : '0755',
    // https://docs.cloud-init.io/en/latest/reference/modules.html#write-files: half as long, for all base64 adds.
    encoding: 'gz+b64',
    content: gzipSync(content, { level: 9 }).toString('base64'),
  }));
  const parameters = {
    path: '/etc/redeploy/bake.env',
    permissions: '0644',
    content: `REGION=${target.region}\nDOCKER_PACKAGE=docker\n`,
  };
  return `#cloud-config\n${JSON.stringify({ write_files: [...written, parameters, ...extraFiles(target)], runcmd: [['/opt/redeploy/bake.sh']] })}\n`;
}

/** What the user adds to every machine: packages, one a line, and commands. Part of the bake key, when there are any. */
export const extrasOf = ({ bake }: Target): string[] =>
  bake.packages.length + bake.commands.length === 0 ? [] : [JSON.stringify([bake.packages, bake.commands])];

function extraFiles({ bake }: Target) {
  const file = (name: string, lines: readonly string[]) =>
    lines.length === 0
      ? []
      : [{ path: `/etc/redeploy/${name}`, permissions: '0600', content: `${lines.join('\n')}\n` }];
  return [...file('bake-packages', bake.packages), ...file('bake-commands', bake.commands)];
}
