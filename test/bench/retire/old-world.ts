import type Dockerode from 'dockerode';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { giveAddress, host, launchOldMachine, leadName } from '../../support/old-machine.ts';
import { eventually, type RealStory } from '../../support/real-story.ts';

const execute = promisify(execFile);

/** Makes the sandbox tell HAProxy who calls, as the packets themselves do on AWS. */
const callersAreTold = [{ Key: 'sandbox:proxy-protocol', Value: 'true' }];

/** One machine with Debian's HAProxy in front of two old app servers, and the name that leads to it. */
export interface OldWorld extends AsyncDisposable {
  machine: string;
  /** Its Elastic IP. */
  address: string;
  /** The old app servers as its HAProxy names them. */
  appServers: string[];
}

/** Where a machine stands, and what is in front of the fleet. */
interface Place {
  network: string;
  gateway: string;
  balancer: { host: string; port: number };
}

/**
 * Makes it beside a fleet whose balancer is at `balancer`, with the HAProxy that is unpacked in `haproxy`. The old machine
 * listens on the same port as the balancer, as both would on 80.
 */
export async function buildOldWorld(story: RealStory, haproxy: string, balancer: Place['balancer']): Promise<OldWorld> {
  const machine = await launchOldMachine(story.aws, balancer.port);
  const place = { ...(await eventually('the old machine', () => standsAt(story, machine))), balancer };
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const act of closing.splice(0)) await act();
  };
  try {
    const appServers: string[] = [];
    for (const container of [await startOldApp(story, place), await startOldApp(story, place)]) {
      closing.push(() => container.remove({ force: true }));
      appServers.push(`${(await container.inspect()).NetworkSettings.Networks[place.network]?.IPAddress}:3000`);
    }
    await installHaproxy(haproxy, story.containerOf(machine));
    await story.onMachine(machine, 'sh', '-euc', configure(balancer.port, appServers));
    closing.push(await openWay(story, machine, place));
    const address = await giveAddress(story.aws, machine, callersAreTold);
    await leadName(story.aws, address, 1);
    await eventually('the old site', async () => {
      const answer = await fetch(`http://${address}:${balancer.port}/`).catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    });
    return { machine, address, appServers, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Once it has booted. */
async function standsAt(story: RealStory, machine: string): Promise<Omit<Place, 'balancer'> | undefined> {
  try {
    await story.onMachine(machine, 'systemctl', 'is-active', '--quiet', 'cloud-final.service');
  } catch {
    return undefined;
  }
  const { NetworkSettings } = await story.docker.getContainer(story.containerOf(machine)).inspect();
  const [network = '', { Gateway: gateway = '' } = {}] = Object.entries(NetworkSettings.Networks)[0] ?? [];
  return { network, gateway };
}

/** The app in a container as mup runs it: nothing of ours in front of its main.js, no release, no health path. */
async function startOldApp({ docker }: RealStory, { network }: Place): Promise<Dockerode.Container> {
  const images = (await docker.listImages()).toSorted((a, b) => b.Created - a.Created);
  const Image = images.flatMap(({ RepoTags }) => RepoTags ?? []).find((tag) => tag.startsWith('redeploy/retire:'));
  const variables = {
    PORT: '3000',
    ROOT_URL: `http://${host}`,
    METEOR_SETTINGS: JSON.stringify({ public: { greeting: 'bench-release-v0' } }),
    HTTP_FORWARDED_COUNT: '1',
  };
  const container = await docker.createContainer({
    Image: Image ?? '',
    Entrypoint: ['node'],
    Cmd: ['main.js'],
    Env: Object.entries(variables).map(([key, value]) => `${key}=${value}`),
    HostConfig: { NetworkMode: network },
  });
  await container.start();
  return container;
}

/** What the package's scripts would do with tools that the machine lacks. */
const settle = `
ldconfig
useradd --system --home-dir /var/lib/haproxy --shell /usr/sbin/nologin haproxy
systemd-tmpfiles --create /usr/lib/tmpfiles.d/haproxy.conf
systemctl daemon-reload
systemctl --quiet enable haproxy
`;

/** Puts Debian's HAProxy on the machine, with its unit and its configuration. Debian's /lib is a link and stays one. */
async function installHaproxy(root: string, container: string): Promise<void> {
  const copy = 'tar -C "$1" -c . | docker exec -i "$2" tar -x --no-overwrite-dir --keep-directory-symlink -C /';
  await execute('sh', ['-euc', copy, 'sh', root, container]);
  await execute('docker', ['exec', container, 'sh', '-euc', settle]);
}

/** Debian's own configuration, and what somebody has added by hand years ago. */
const configure = (port: number, appServers: readonly string[]): string => `
cat >> /etc/haproxy/haproxy.cfg <<'END'

frontend web
	bind *:${port} accept-proxy
	option forwardfor
	default_backend app

backend app
	timeout tunnel 1h
	cookie SERVERID insert indirect nocache
${appServers.map((server, at) => `\tserver app${at + 1} ${server} check cookie app${at + 1}`).join('\n')}
END
systemctl start haproxy
`;

/**
 * The way from the old machine to the new balancer, which every machine on AWS has. Here the balancer's address is one of this
 * computer's loopback: on the machine a socket at that address, beside HAProxy's at any, leads to a relay on the bridge's
 * gateway. Resolves with the relay's end.
 */
async function openWay(story: RealStory, machine: string, { gateway, balancer }: Place): Promise<() => Promise<void>> {
  const relay = createServer((client) => {
    const upstream = connect(balancer);
    client.pipe(upstream).pipe(client);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  relay.listen(0, gateway);
  await once(relay, 'listening');
  const script = `
cat > /etc/systemd/system/way.socket <<'END'
[Socket]
ListenStream=${balancer.host}:${balancer.port}
ReusePort=yes
END
cat > /etc/systemd/system/way.service <<'END'
[Service]
ExecStart=/lib/systemd/systemd-socket-proxyd --connections-max=1024 ${gateway}:${(relay.address() as AddressInfo).port}
END
systemctl daemon-reload
systemctl start way.socket
`;
  await story.onMachine(machine, 'sh', '-euc', script);
  return async () => void relay.close();
}
