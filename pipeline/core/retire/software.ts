import type { Blocks } from '../settings.ts';

type Retire = Blocks['retire'];

/** What is known of the old balancer's program where redeploy.json does not say: Debian's places. */
export interface Software {
  name: Retire['software'];
  configFile: string;
  /** Where the configuration before ours is kept. */
  keptFile: string;
  /** Shell command. */
  reload: string;
}

const usualFiles: Record<Retire['software'], string> = {
  haproxy: '/etc/haproxy/haproxy.cfg',
  nginx: '/etc/nginx/sites-enabled/default',
};

/** The program, with what redeploy.json says of it. */
export function softwareOf({ software, configFile, reload }: Retire): Software {
  const file = configFile ?? usualFiles[software];
  return {
    name: software,
    configFile: file,
    keptFile: keptBeside(software, file),
    reload: reload ?? reloadOf(software),
  };
}

const reloadOf = (software: Retire['software']): string => `systemctl reload ${software}`;

/** nginx includes whole directories, but no hidden files (glob(7)). */
function keptBeside(software: Retire['software'], file: string): string {
  const slash = file.lastIndexOf('/') + 1;
  const hidden = software === 'nginx' ? '.' : '';
  return `${file.slice(0, slash)}${hidden}${file.slice(slash)}.before-redeploy`;
}

/** How traffic is seen unless `retire.traffic` says. */
export const trafficOf = ({ traffic, software }: Retire): NonNullable<Retire['traffic']> =>
  traffic ??
  (software === 'nginx'
    ? { via: 'access-log', file: '/var/log/nginx/access.log' }
    : { via: 'haproxy-socket', socket: '/run/haproxy/admin.sock' });
