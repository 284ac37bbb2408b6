import { readFile } from 'node:fs/promises';
import type Dockerode from 'dockerode';

/** Linux's capabilities in the order of their bits, up to the last that every Docker since 1.12 knows (capability.h). */
const capabilities = [
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE',
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN',
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE',
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ',
]
  .join(' ')
  .split(' ');

/** What a machine may do: everything, as far as the host lets it. */
export type Rights = 'privileged' | string[];

/** Host settings of a container that runs systemd and a Docker engine of its own. */
export function rightsConfig(rights: Rights): Dockerode.HostConfig {
  const unconfined = { SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined', 'label=disable'] };
  if (rights === 'privileged') return { ...unconfined, Privileged: true };
  return { ...unconfined, CapAdd: rights, DeviceCgroupRules: ['a *:* rwm'], MaskedPaths: [], ReadonlyPaths: [] };
}

/** Privileged on ordinary hosts; the capabilities that are there on those that lack some (microVMs, nested containers). */
export async function hostRights(): Promise<Rights> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const bounding = /^CapBnd:\s*([\da-f]+)$/m.exec(status)?.[1];
  if (bounding === undefined) return 'privileged';
  const present = capabilitiesIn(bounding);
  return present.length === capabilities.length ? 'privileged' : present;
}

/** Names of the capabilities in a hexadecimal set as /proc shows it. */
export function capabilitiesIn(hexadecimal: string): string[] {
  const bits = BigInt(`0x${hexadecimal}`);
  return capabilities.filter((_, bit) => ((bits >> BigInt(bit)) & 1n) === 1n);
}
