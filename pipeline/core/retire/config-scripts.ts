import { quote } from './shell-text.ts';
import type { Software } from './software.ts';

// Scripts that read, change and restore the configuration of the old balancer: POSIX sh, nothing that an old Debian lacks.

/** `b`: the configuration before us, whether or not ours is there now. */
const findBefore = ({ configFile, keptFile }: Software): string => `f=${quote(configFile)}; k=${quote(keptFile)}
if [ -e "$k" ]; then b=$k; else b=$f; fi`;

/** Prints the configuration before us. */
export const showConfig = (software: Software): string => `${findBefore(software)}
cat "$b"`;

/** Prints its digest, and then it. */
export const readConfig = (software: Software): string => `${findBefore(software)}
sha256sum < "$b" | cut -d' ' -f1
cat "$b"`;

/** What `readConfig` printed. */
export function configIn(output: string): { digest: string; text: string } {
  const [digest = '', ...lines] = output.split('\n');
  return { digest, text: lines.join('\n') };
}

/** Where the machine looks names up, and which authorities it trusts: nginx wants to be told. */
export const readSurroundings = `sed -n 's/^nameserver[[:space:]]*/resolver /p' /etc/resolv.conf
for c in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem; do
  if [ -e "$c" ]; then echo "authorities $c"; fi
done`;

interface Change {
  /** As `recipeOf` writes it. */
  recipe: string;
  /** Of what the recipe was written for. */
  digest: string;
}

/** Makes the new configuration out of the old one, puts it in place once the program finds it valid, and reloads. */
export const applyConfig = (software: Software, { recipe, digest }: Change): string => `${findBefore(software)}
if [ "$(sha256sum < "$b" | cut -d' ' -f1)" != ${digest} ]; then echo "$b was changed meanwhile: run it again" >&2; exit 75; fi
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
cat > "$w/recipe" <<'REDEPLOY_END'
${recipe}
REDEPLOY_END
awk 'NR == FNR {line[FNR] = $0; next} /^c / {for (i = $2; i <= $3; i++) print line[i]; next} {print substr($0, 3)}' "$b" "$w/recipe" > "$w/new"
${placing[software.name]}
${software.reload}`;

/** HAProxy judges a file that is not in place; nginx only the whole that it is a part of. */
const placing: Record<Software['name'], string> = {
  haproxy: `haproxy -c -q -f "$w/new"
[ -e "$k" ] || cp -p "$f" "$k"
cat "$w/new" > "$f"`,
  nginx: `cat "$f" > "$w/was"
[ -e "$k" ] || cp -p "$f" "$k"
cat "$w/new" > "$f"
if ! nginx -t 2> "$w/said"; then
  cat "$w/said" >&2
  cat "$w/was" > "$f"
  if [ "$b" = "$f" ]; then rm -f "$k"; fi
  exit 78
fi`,
};

/** The configuration before us again. */
export const restoreConfig = (software: Software): string => `${findBefore(software)}
if [ "$b" = "$k" ]; then
  cat "$k" > "$f"
  ${software.reload}
  rm -f "$k"
fi`;
