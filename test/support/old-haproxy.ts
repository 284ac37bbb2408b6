import type { Shell } from '../../pipeline/core/context.ts';

/** HAProxy on the old machine as far as our scripts see it: they are told apart by what they ask. */
export interface OldHaproxy {
  config: string;
  /** What was in place before the forwarding configuration. */
  before: string | undefined;
  reloads: number;
  /** DDP connections to the old app servers that are still open. */
  oldConnections: number;
  /** Who came since it forwards. */
  callers: { source: string; host: string; requests: number; connections: number; lastAt: number }[];
  /** Since when it counts. */
  startedAt: number;
  around: string;
  sh: Shell;
  /** What one of our scripts prints there. */
  answer(script: string): string;
}

export const oldConfig = `defaults
    mode http
frontend web
    bind *:80
    default_backend app
backend app
    server app1 10.0.0.11:3000 check
    server app2 10.0.0.12:3000 check
`;

/** What `recipeOf` means, as awk does it there. */
function cooked(recipe: string, before: string): string {
  const old = before.split('\n');
  const lines = recipe.split('\n').flatMap((step) => {
    const [, from, to] = /^c (\d+) (\d+)$/.exec(step) ?? [];
    return from === undefined ? [step.slice(2)] : old.slice(Number(from) - 1, Number(to));
  });
  return lines.join('\n');
}

const tableMs = 9 * 86_400_000;

/** `isUp` says whether the machine runs: nothing answers on one that does not. */
export function oldHaproxy(now: () => number, isUp: () => boolean): OldHaproxy {
  const old: OldHaproxy = {
    config: oldConfig,
    before: undefined,
    reloads: 0,
    oldConnections: 100,
    callers: [],
    startedAt: now() - 1000,
    around: '== listeners\n== cron\n== config\n',
    sh: async (_file, args) => {
      if (!isUp()) return { exitCode: 255, stdout: 'ssh: connect to host: Connection refused', isMissing: false };
      return { exitCode: 0, stdout: `${old.answer(args.at(-1) ?? '')}\nredeploy: end of output`, isMissing: false };
    },
    answer,
  };

  function answer(script: string): string {
    const recipe = /<<'REDEPLOY_END'\n([\s\S]*)\nREDEPLOY_END/.exec(script)?.[1];
    if (recipe !== undefined)
      return reload(() => {
        old.before ??= old.config;
        old.config = cooked(recipe, old.before);
      });
    if (script.includes('if [ "$b" = "$k" ]'))
      return reload(() => {
        old.config = old.before ?? old.config;
        old.before = undefined;
      });
    if (script.includes('show proc')) return close();
    if (script.includes('show info')) return table();
    if (script.includes('== listeners')) return old.around + (old.before ?? old.config);
    const config = old.before ?? old.config;
    return `# redeploy-file digest /etc/haproxy/haproxy.cfg\n${config}\n`;
  }

  function reload(change: () => void): string {
    change();
    old.reloads += 1;
    old.callers = [];
    old.startedAt = now();
    return '';
  }

  function close(): string {
    const said = `closing ${old.oldConnections}`;
    old.oldConnections = 0;
    return said;
  }

  function table(): string {
    const lines = old.callers.map(
      ({ source, host, requests, connections, lastAt }) =>
        `0x1: key=${source}|${host} use=0 exp=${tableMs - (now() - lastAt)} shard=0 http_req_cnt=${requests} conn_cur=${connections}`,
    );
    return [`Uptime_sec: ${Math.floor((now() - old.startedAt) / 1000)}`, ...lines].join('\n');
  }
  return old;
}
