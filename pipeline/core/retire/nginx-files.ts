import { readNginx, type Directive } from './nginx-syntax.ts';

/** A file of nginx's configuration. */
export interface NginxFile {
  file: string;
  text: string;
}

/**
 * All directives as nginx reads them: what is included stands where it is included. The first file is the main one, and relative
 * names are relative to its directory (https://nginx.org/en/docs/ngx_core_module.html#include). A file that is included in several
 * places is there once for each.
 */
export function readWhole(files: readonly NginxFile[]): { all: Directive[] } | { obstacles: string[] } {
  const [main] = files;
  if (!main) return { obstacles: ['it has no file'] };
  const all: Directive[] = [];
  const reached = new Set<string>();
  const broken = new Set<string>();
  const directory = main.file.slice(0, main.file.lastIndexOf('/'));
  const read = (one: NginxFile, root: Directive | undefined, depth: number): void => {
    reached.add(one.file);
    const own = readNginx(one, root);
    if (!own) broken.add(one.file);
    for (const directive of own ?? []) {
      all.push(directive);
      if (directive.name !== 'include' || depth === deepest) continue;
      const pattern = patternOf(directive.args[0] ?? '', directory);
      for (const other of files) if (pattern.test(other.file)) read(other, directive.parent, depth + 1);
    }
  };
  read(main, undefined, 0);
  for (const one of files) if (!reached.has(one.file)) read(one, undefined, 0);
  if (broken.size === 0) return { all };
  return { obstacles: [...broken].map((file) => `${file}: its braces do not match: nginx would not read it either`) };
}

/** nginx itself refuses files that include one another. */
const deepest = 20;

const globs: Record<string, string> = { '/*': String.raw`/(?!\.)[^/]*`, '*': '[^/]*', '?': '[^/]', '[!': '[^' };

/** A shell pattern as glob(7) has it: `*` is no slash, and no dot at the beginning of a name. */
function patternOf(words: string, directory: string): RegExp {
  const whole = words.startsWith('/') ? words : `${directory}/${words}`;
  const source = whole.replaceAll(/\/\*|[*?]|\[!|[.+^${}()|\\]/g, (one) => globs[one] ?? `\\${one}`);
  return new RegExp(`^${source}$`);
}
