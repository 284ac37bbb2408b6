import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Dockerode from 'dockerode';
import { execa } from 'execa';
import { unlessStatus } from '../docker/api-error.ts';
import { followProgress } from '../docker/progress.ts';
import { hasProgram, hostAptSources, suite, type AptSources } from './apt.ts';
import type { Recipe } from './recipe.ts';
import { memoryDirectory } from './scratch.ts';

/** Makes the image from Debian's packages; needs root on a Debian-like host. Installs mmdebstrap if it is missing. */
export async function buildFromPackages(
  docker: Dockerode,
  recipe: Recipe,
  report: (line: string) => void,
): Promise<void> {
  if (process.getuid?.() !== 0 || !(await hasProgram('apt-get'))) {
    throw new Error(
      'the machine image needs a container registry (docker pull debian:bookworm-slim), or root on a Debian host',
    );
  }
  if (!(await hasProgram('mmdebstrap'))) await installMmdebstrap(report);
  const directory = await mkdtemp(path.join(tmpdir(), 'redeploy-machine-'));
  try {
    const tar = path.join(directory, 'machine.tar');
    await debootstrap(recipe, tar, report);
    // another run may have been faster; taking the tag from its image would leave that one without a name
    if (await unlessStatus(docker.getImage(recipe.tag).inspect(), 404)) return;
    report('importing it into Docker');
    const [repo, tag] = recipe.tag.split(':');
    const stream = await docker.importImage(tar, { repo, tag });
    await followProgress(docker, stream);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function installMmdebstrap(report: (line: string) => void): Promise<void> {
  report('installing mmdebstrap');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-q', '-y', '--no-install-recommends', 'mmdebstrap', 'debian-archive-keyring'];
  // package lists may be missing or old: update only when needed, it takes seconds
  const { failed } = await execa('apt-get', install, { env, reject: false });
  if (!failed) return;
  await execa('apt-get', ['update', '-q'], { env });
  await execa('apt-get', install, { env });
}

async function debootstrap(recipe: Recipe, tar: string, report: (line: string) => void): Promise<void> {
  const apt = await hostAptSources();
  report(`fetching and unpacking ${recipe.packages.length} packages and what they need`);
  const memory = await memoryDirectory();
  const building = execa('mmdebstrap', mmdebstrapArguments(recipe, tar, apt), {
    input: apt.sources,
    env: { REDEPLOY_FILES: recipe.directory, ...(memory === undefined ? {} : { TMPDIR: memory }) },
    all: true,
    reject: false,
  });
  for await (const line of building.iterable({ from: 'all' })) if (phase.test(line)) report(line.slice('I: '.length));
  const { failed, all } = await building;
  if (failed) throw new Error(`mmdebstrap failed: ${all.split('\n').slice(-20).join('\n')}`);
}

/** What mmdebstrap says between the long silences. */
const phase = /^I: (?:running apt-get update|downloading|extracting|installing|creating tarball)/;

/** The hooks are shell, run by mmdebstrap; they learn the recipe's directory from REDEPLOY_FILES. */
export function mmdebstrapArguments(recipe: Recipe, tar: string, apt: AptSources): string[] {
  return [
    '--mode=root',
    '--variant=essential',
    '--format=tar',
    '--skip=check/qemu,check/empty',
    '--dpkgopt=force-unsafe-io',
    ...apt.options.map((option) => `--aptopt=${option}`),
    `--include=${recipe.packages.join(',')}`,
    // as an option (--dpkgopt) the exclusions would send the essential packages, too, through a filter that takes half a minute
    '--extract-hook=cp "$REDEPLOY_FILES/rootfs/etc/dpkg/dpkg.cfg.d/sandbox" "$1/etc/dpkg/dpkg.cfg.d/"',
    '--customize-hook=tar -C "$REDEPLOY_FILES/rootfs" --owner=0 --group=0 -c . | tar -C "$1" --no-overwrite-dir -x',
    '--customize-hook=chroot "$1" sh < "$REDEPLOY_FILES/finish.sh"',
    suite,
    tar,
    '-',
  ];
}
