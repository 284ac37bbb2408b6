import { keepPace } from './shell-text.ts';

// What nginx has no command for: who is connected to it, and the end of single connections. POSIX sh and ss (iproute2).

/** `clients`: a line `local peer pid` for each connection that somebody has opened to nginx. */
export const clientConnections = `clients() {
  command -v ss >/dev/null 2>&1 || return 0
  p=$(ss -Hltnp | awk '/"nginx"/ {n = split($4, a, ":"); print a[n]}' | sort -u)
  ss -Htnp state established | awk -v p="$(echo $p)" 'BEGIN {n = split(p, all, " "); for (i = 1; i <= n; i++) is[all[i]] = 1}
    /"nginx"/ {n = split($3, a, ":"); if (a[n] in is && match($0, /pid=[0-9]+/)) print $3, $4, substr($0, RSTART + 4, RLENGTH - 4)}'
}`;

/**
 * Closes the connections of old nginx workers evenly over so many seconds. After a reload an old worker serves its last ones for
 * as long as they last; `worker_shutdown_timeout` would close them all at once. The kernel ends them one by one (`ss -K`); where it
 * cannot (CONFIG_INET_DIAG_DESTROY), old workers are ended one after the other, each with all that it holds.
 * https://nginx.org/en/docs/control.html
 */
export const closeOldNginx = (seconds: number): string => `${clientConnections}
sleep ${Math.min(5, seconds)}
old=$(grep -l '^nginx: worker process is shutting down' /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3 || true)
list=$(clients | awk -v old=" $(echo $old) " 'index(old, " " $3 " ")')
count=$(printf '%s\\n' "$list" | grep -c : || true)
how='one by one'
command -v ss >/dev/null 2>&1 || how='with their workers'
${keepPace(seconds)}
at=0
while read -r from to pid; do
  if [ -z "$from" ]; then continue; fi
  pace $at $count
  at=$((at + 1))
  ss -K -Htn "src $from and dst $to" >/dev/null 2>&1 || true
  if [ -n "$(ss -Htn state established "src $from and dst $to")" ]; then how='with their workers'; break; fi
done <<REDEPLOY_LIST
$list
REDEPLOY_LIST
if [ "$how" != 'one by one' ]; then
  pause=$(echo $old | awk -v s=${seconds} '{printf "%.3f", (NF > 0 ? s / NF : 0)}')
  for pid in $old; do kill -TERM "$pid" 2>/dev/null || true; sleep "$pause"; done
fi
echo "closing $count $how"`;
