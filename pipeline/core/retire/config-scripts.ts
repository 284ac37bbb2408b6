import type { Change } from './rewritten.ts';
import { quote } from './shell-text.ts';
import type { Software } from './software.ts';

// Scripts that read, change and restore the configuration of the old balancer: POSIX sh, nothing that an old Debian lacks.

/** `list`: the files of the configuration, the main one first. nginx names all that it includes, but for those in disorder. */
const listFiles = ({ name, configFile }: Software): string =>
  name === 'haproxy'
    ? `list() { printf '%s\\n' ${quote(configFile)}; }`
    : `list() {
  usual=${quote(configFile)}
  all=$(nginx -T 2>/dev/null | sed -n 's/^# configuration file \\(.*\\):$/\\1/p')
  printf '%s\\n' "\${all:-$usual}"
}`;

/**
 * `before FILE`: sets `k` to where the one before us is kept, and `b` to the one before us, whether or not ours is there now.
 * nginx includes whole directories, but no hidden files (glob(7)).
 */
const findBefore = ({ name }: Software): string => `before() {
  k="${name === 'nginx' ? '${1%/*}/.${1##*/}' : '$1'}.before-redeploy"
  if [ -e "$k" ]; then b=$k; else b=$1; fi
}`;

const fileMark = '# redeploy-file';

/** Prints each file of the configuration before us, below a line with its digest and its name. */
export const readConfig = (software: Software): string => `${listFiles(software)}
${findBefore(software)}
list | while IFS= read -r f; do
  before "$f"
  echo "${fileMark} $(sha256sum < "$b" | cut -d' ' -f1) $f"
  cat "$b"
  echo
done`;

/** A file of a configuration as it was before us. */
export interface ConfigFile {
  file: string;
  digest: string;
  text: string;
}

/** What `readConfig` printed. */
export const filesIn = (output: string): ConfigFile[] =>
  output
    .split(new RegExp(`^(?=${fileMark} )`, 'm'))
    .filter((part) => part.startsWith(fileMark))
    .map((part) => {
      const end = part.indexOf('\n');
      const [digest = '', ...file] = part.slice(fileMark.length + 1, end < 0 ? undefined : end).split(' ');
      return { file: file.join(' '), digest, text: end < 0 ? '' : part.slice(end + 1).replace(/\n+$/, '') };
    });

/** Where the machine looks names up, and which authorities it trusts: nginx wants to be told. */
export const readSurroundings = `sed -n 's/^nameserver[[:space:]]*/resolver /p' /etc/resolv.conf
for c in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do
  if [ -e "$c" ]; then echo "authorities $c"; fi
done`;

/** Makes the new configuration out of the old one, puts it in place once the program finds it valid, and reloads. */
export const applyConfig = (software: Software, changes: readonly Change[]): string => `${findBefore(software)}
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
make() {
  before "$1"
  if [ "$(sha256sum < "$b" | cut -d' ' -f1)" != "$2" ]; then echo "$b was changed meanwhile: run it again" >&2; exit 75; fi
  awk 'NR == FNR {line[FNR] = $0; next} /^c / {for (i = $2; i <= $3; i++) print line[i]; next} {print substr($0, 3)}' "$b" "$w/recipe" > "$w/new.$3"
}
place() {
  before "$1"
  cat "$1" > "$w/was.$2"
  if [ ! -e "$k" ]; then cp -p "$1" "$k"; : > "$w/fresh.$2"; fi
  cat "$w/new.$2" > "$1"
}
undo() {
  before "$1"
  cat "$w/was.$2" > "$1"
  if [ -e "$w/fresh.$2" ]; then rm -f "$k"; fi
}
${changes.map(makeOne).join('\n')}
${placing[software.name](changes)}
${software.reload}`;

const makeOne = ({ file, digest, recipe }: Change, at: number): string => `cat > "$w/recipe" <<'REDEPLOY_END'
${recipe}
REDEPLOY_END
make ${quote(file)} ${digest} ${at}`;

const each = (act: string, changes: readonly Change[]): string =>
  changes.map(({ file }, at) => `${act} ${quote(file)} ${at}`).join('\n');

/** HAProxy judges a file that is not in place; nginx only the whole that it is a part of. */
const placing: Record<Software['name'], (changes: readonly Change[]) => string> = {
  haproxy: (changes) => `${changes.map((_, at) => `haproxy -c -q -f "$w/new.${at}"`).join('\n')}
${each('place', changes)}`,
  nginx: (changes) => `${each('place', changes)}
if ! nginx -t 2> "$w/said"; then
  cat "$w/said" >&2
${each('undo', changes)}
  exit 78
fi`,
};

/** The configuration before us again. */
export const restoreConfig = (software: Software): string => `${listFiles(software)}
${findBefore(software)}
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
list | while IFS= read -r f; do
  before "$f"
  if [ "$b" = "$k" ]; then
    cat "$k" > "$f"
    printf '%s\\n' "$k" >> "$w/kept"
  fi
done
if [ -e "$w/kept" ]; then
  ${software.reload}
  while IFS= read -r k; do rm -f "$k"; done < "$w/kept"
fi`;
