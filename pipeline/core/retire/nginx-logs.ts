import { readWhole, type NginxFile } from './nginx-files.ts';
import { headOf, inherited, type Directive } from './nginx-syntax.ts';
import type { Finding } from './finding.ts';

/** Files in what `nginx -T` prints. */
export function filesInDump(text: string): NginxFile[] {
  const parts = text.split(/^# configuration file (.*):$/m);
  const files = parts.flatMap((part, at) => (at % 2 === 1 ? [{ file: part, text: parts[at + 1] ?? '' }] : []));
  return files.length > 0 ? files : [{ file: 'nginx.conf', text }];
}

/**
 * Where visitors are served and no access log shows them: a watch that reads logs would take them for nobody. `file` is the one
 * that is read; unset, all that the configuration names. https://nginx.org/en/docs/http/ngx_http_log_module.html#access_log
 */
export function unloggedPlaces(files: readonly NginxFile[], file: string | undefined): Finding[] {
  const whole = readWhole(files);
  if ('obstacles' in whole) return [];
  return whole.all
    .filter((one) => isServer(one) || (one.name === 'location' && passesOn(one)))
    .filter((one) => !isSeen(one, file))
    .map((one) => ({
      key: `access log of ${textOf(one)}`,
      old: `${one.file}: ${inherited(one, 'access_log').map(wordsOf).join(', ') || 'the log of all'}`,
      new: 'is not read: nobody would see who still comes',
    }));
}

const isServer = ({ name, parent, children }: Directive): boolean =>
  name === 'server' && parent?.name !== 'upstream' && parent?.name !== 'stream' && children.length > 0;

const passesOn = ({ children }: Directive): boolean => children.some(({ name }) => name === 'proxy_pass');

const wordsOf = ({ name, args }: Directive): string => [name, ...args].join(' ');

/** Logs in files of a fixed name can be read; without any, there is the one that nginx was built with. */
function isSeen(block: Directive, file: string | undefined): boolean {
  const logs = inherited(block, 'access_log').map(({ args: [where = ''] }) => where);
  if (file !== undefined) return logs.length === 0 || logs.includes(file);
  return logs.length === 0 || logs.some((where) => where.startsWith('/') && !where.includes('$'));
}

/** `shop.example.com`, `location / of shop.example.com`. */
function textOf(block: Directive): string {
  if (block.name === 'location') return `${headOf(block)} of ${block.parent ? textOf(block.parent) : 'nobody'}`;
  const of = (name: string) => block.children.find((one) => one.name === name)?.args[0];
  return of('server_name') ?? of('listen') ?? 'a server';
}
