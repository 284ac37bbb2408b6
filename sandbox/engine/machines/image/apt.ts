import { execa } from 'execa';

/** Debian's release that machines run. */
export const suite = 'bookworm';

/** Where Debian's packages come from on this host, and how apt gets there. */
export interface AptSources {
  /** One-line-style sources. */
  sources: string;
  /** Lines of apt.conf: proxies, certificates, validity. */
  options: string[];
}

/** The host's own mirrors and proxies; Debian's on hosts that run something else. */
export async function hostAptSources(): Promise<AptSources> {
  const uris = (await output('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'])).split(
    '\n',
  );
  const mirror = uris.find((uri) => /\/debian\/?$/.test(uri)) ?? 'http://deb.debian.org/debian';
  const security = uris.find((uri) => /\/debian-security\/?$/.test(uri)) ?? 'http://deb.debian.org/debian-security';
  const acquire = (await output('apt-config', ['dump'])).split('\n');
  return {
    sources: [
      `deb ${mirror} ${suite} main`,
      `deb ${mirror} ${suite}-updates main`,
      `deb ${security} ${suite}-security main`,
    ].join('\n'),
    options: [
      'Acquire::Languages "none";',
      ...acquire.filter((line) => /^Acquire::(?:https?::|Check-|Retries|ForceIPv4|AllowInsecure)/i.test(line)),
    ],
  };
}

async function output(file: string, args: string[]): Promise<string> {
  const { stdout } = await execa(file, args, { reject: false });
  return stdout ?? '';
}

/** Whether a program is there. */
export async function hasProgram(name: string): Promise<boolean> {
  const { failed } = await execa(name, ['--version'], { reject: false });
  return !failed;
}
