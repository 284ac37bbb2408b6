import type Dockerode from 'dockerode';
import type { MachineSpec } from '../../machines.ts';
import { instanceLabel, type Names } from './names.ts';
import { rightsConfig, type Rights } from './rights.ts';

/** How a machine looks to Docker: systemd as its first process, its own Docker root on a volume, ports on loopback. */
export function containerOptions(
  spec: MachineSpec,
  options: { names: Names; image: string; rights: Rights; egress: boolean },
): Dockerode.ContainerCreateOptions {
  const { names, image, rights, egress } = options;
  const name = names.machine(spec.instanceId);
  return {
    name,
    Image: image,
    Hostname: spec.instanceId,
    Entrypoint: ['/usr/lib/sandbox/init'],
    Cmd: [],
    // a terminal, because systemd writes to /dev/console; dumb, because nobody wants its colours in a log
    Tty: true,
    Env: ['container=docker', 'TERM=dumb'],
    // asks systemd for an orderly poweroff (systemd(1), SIGNALS)
    StopSignal: 'SIGRTMIN+3',
    Labels: { ...names.labels, [instanceLabel]: spec.instanceId },
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [`${port}/tcp`, {}])),
    HostConfig: {
      ...rightsConfig(rights),
      NetworkMode: names.network,
      // names outside are not resolved at all: refused at once instead of a wait for an answer
      ...(egress ? {} : { Dns: ['127.0.0.1'] }),
      PortBindings: Object.fromEntries(
        spec.ports.map((port) => [`${port}/tcp`, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
      ),
      Tmpfs: { '/run': 'exec,mode=755', '/tmp': 'exec,mode=1777' },
      Mounts: [{ Type: 'volume', Source: name, Target: '/var/lib/docker', VolumeOptions: keepEmpty }],
      // after a restart of Docker the sandbox decides what is powered on again
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '8m', 'max-file': '1' } },
    },
  };
}

/** The volume is made and filled before; Docker must not copy anything into it. */
const keepEmpty = { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options: {} } };
