import type { Blocks } from '../settings.ts';

type Retire = Blocks['retire'];

/** What is known of the old balancer's program where redeploy.json does not say: Debian's places. */
export interface Software {
  name: Retire['software'];
  /** The configuration; of nginx, what of it is looked at where `nginx -T` does not tell. */
  configFile: string;
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
  return { name: software, configFile: file, reload: reload ?? reloadOf(software) };
}

const reloadOf = (software: Retire['software']): string => `systemctl reload ${software}`;

type Traffic = NonNullable<Retire['traffic']>;

/** How traffic is seen unless `retire.traffic` says; an access log without a file stands for all that nginx writes. */
export const trafficOf = ({
  traffic,
  software,
}: Retire): Exclude<Traffic, { via: 'access-log' }> | { via: 'access-log'; file: string | undefined } =>
  traffic ??
  (software === 'nginx'
    ? { via: 'access-log', file: undefined }
    : { via: 'haproxy-socket', socket: '/run/haproxy/admin.sock' });
