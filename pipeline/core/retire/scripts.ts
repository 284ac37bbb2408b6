import { keepPace, quote } from './shell-text.ts';
import { readConfig } from './config-scripts.ts';
import { clientConnections } from './nginx-scripts.ts';
import type { Software } from './software.ts';

// Scripts for the old machine: POSIX sh, nothing that a ten years old Debian does not have.

/** `talk SOCKET COMMAND`: asks HAProxy through a Unix socket with whatever is there to do it. */
const talk = `talk() {
  if command -v socat >/dev/null 2>&1; then printf '%s\\n' "$2" | socat -t 5 - "UNIX-CONNECT:$1"
  elif command -v python3 >/dev/null 2>&1; then python3 - "$1" "$2" <<'REDEPLOY_PYTHON'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(5)
s.connect(sys.argv[1])
s.sendall((sys.argv[2] + "\\n").encode())
s.shutdown(socket.SHUT_WR)
while True:
    part = s.recv(65536)
    if not part: break
    sys.stdout.write(part.decode("utf8", "replace"))
REDEPLOY_PYTHON
  else perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$ARGV[0]: $!\\n"; print $s "$ARGV[1]\\n"; $s->shutdown(1); print while <$s>;' "$1" "$2"
  fi
}`;

/**
 * Closes the connections of old HAProxy workers evenly over so many seconds. After a reload an old worker serves its last
 * connections for as long as they last, which for DDP is for ever; the master's socket leads to it.
 * https://docs.haproxy.org/2.6/management.html#9.4.1
 */
export const closeOldConnections = (masterSocket: string, seconds: number): string => `${talk}
m=${quote(masterSocket)}
if [ ! -S "$m" ]; then echo 'no master socket'; else
sleep ${Math.min(5, seconds)}
old=$(talk "$m" 'show proc' | awk '/^# old workers/ {old = 1; next} /^#/ {old = 0} old && $1 ~ /^[0-9]+$/ {print $1}')
list=$(for pid in $old; do talk "$m" "@!$pid show sess" | awk -v pid="$pid" '/proto=tcp/ {sub(/:$/, "", $1); print pid ":" $1}'; done)
count=$(printf '%s\\n' $list | grep -c : || true)
echo "closing $count"
${keepPace(seconds)}
at=0
for one in $list; do
  pace $at $count
  talk "$m" "@!\${one%%:*} shutdown session \${one#*:}" >/dev/null || true
  at=$((at + 1))
done
fi`;

/** Who came, and since when HAProxy counts. */
export const lookAtHaproxy = (socket: string, showTable: string): string => `${talk}
talk ${quote(socket)} 'show info' | grep '^Uptime_sec'
talk ${quote(socket)} ${quote(showTable)}`;

/** Access logs that nginx writes, and the one that it writes without being told. */
const allLogs = `logs() {
  { nginx -T 2>/dev/null | sed -n 's/^[[:space:]]*access_log[[:space:]]\\{1,\\}"\\{0,1\\}\\(\\/[^;"[:space:]]*\\).*/\\1/p'
    echo /var/log/nginx/access.log; } | sort -u
}`;

/**
 * The ends of access logs, each after what was rotated away last (logrotate's `.1`, packed or not, or a date), and who is
 * connected: what lasts is logged when it ends. Without a file, of all that nginx writes.
 */
export const lookAtLog = (
  file: string | undefined,
): string => `${file === undefined ? allLogs : `logs() { echo ${quote(file)}; }`}
logs | while IFS= read -r l; do
  was=$(ls -1t "$l".1 "$l".1.gz "$l"-[0-9]* 2>/dev/null | head -n 1 || true)
  case "$was" in '') ;; *.gz) gzip -dc "$was" ;; *) cat "$was" ;; esac | tail -n 3000
  if [ -e "$l" ]; then tail -n 3000 "$l"; fi
done
echo '== connections'
${clientConnections}
clients | awk '{print $2}'`;

/** All that nginx includes; where it cannot tell, and for HAProxy, the file that is rewritten. */
const wholeConfig = (software: Software): string =>
  software.name === 'nginx' ? `nginx -T 2>/dev/null || { ${readConfig(software)}\n}` : readConfig(software);

/** Who else lives on the machine: what listens, what is run by the clock, and the configuration's own words. */
export const lookAround = (software: Software): string => `echo '== listeners'
ss -Hltunp 2>/dev/null || true
echo '== cron'
for f in /etc/crontab /etc/cron.d/* /var/spool/cron/* /var/spool/cron/crontabs/*; do
  if [ -f "$f" ]; then sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' -e '/^[A-Za-z_]*[[:space:]]*=/d' -e "s|^|$f: |" "$f"; fi
done
echo '== config'
${wholeConfig(software)}`;

/** Everything worth keeping as text: the machine's disk is imaged as well. */
export const readBelongings = (software: Software): string => `${readConfig(software)}
echo '# == crontabs'
for f in /etc/crontab /etc/cron.d/* /var/spool/cron/* /var/spool/cron/crontabs/*; do if [ -f "$f" ]; then echo "# $f"; cat "$f"; fi; done
echo '# == firewall'
iptables-save 2>/dev/null || true
nft list ruleset 2>/dev/null || true`;
