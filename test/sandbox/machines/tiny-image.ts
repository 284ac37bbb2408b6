import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type Dockerode from 'dockerode';
import { pack } from 'tar-fs';
import { followProgress } from '../../../sandbox/engine/machines/docker/progress.ts';

const run = promisify(execFile);
const base = 'redeploy-test/busybox:1';

/**
 * An image of busybox that serves `text` on port 3000, in two layers: one of ballast that all texts share, one of the text. From
 * Docker's busybox where a registry answers, else from Debian's busybox-static.
 */
export async function buildTinyImage(docker: Dockerode, tag: string, text: string): Promise<void> {
  await ensureBase(docker);
  const directory = await mkdtemp(path.join(tmpdir(), 'redeploy-tiny-'));
  try {
    await writeFile(path.join(directory, 'index.html'), text);
    await writeFile(
      path.join(directory, 'Dockerfile'),
      [
        `FROM ${base}`,
        'RUN ["/bin/busybox", "dd", "if=/dev/urandom", "of=/ballast", "bs=1M", "count=8"]',
        'COPY index.html /www/index.html',
        // as process 1 it would ignore SIGTERM, and every shutdown would take Docker's ten seconds
        'STOPSIGNAL SIGKILL',
        'USER 1000',
        'CMD ["/bin/busybox", "httpd", "-f", "-p", "3000", "-h", "/www"]',
      ].join('\n'),
    );
    const stream = await docker.buildImage(Readable.from(pack(directory)), { t: tag });
    await followProgress(docker, stream);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function ensureBase(docker: Dockerode): Promise<void> {
  const there = await docker
    .getImage(base)
    .inspect()
    .catch(() => undefined);
  if (there) return;
  const pulled = await run('docker', ['pull', '--quiet', 'busybox:stable'], { timeout: 30_000 }).catch(() => undefined);
  if (pulled) await docker.getImage('busybox:stable').tag({ repo: 'redeploy-test/busybox', tag: '1' });
  else await fromDebian(docker);
}

async function fromDebian(docker: Dockerode): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'redeploy-busybox-'));
  try {
    await run('apt-get', ['download', '-q', 'busybox-static'], { cwd: directory });
    const [deb = ''] = await readdir(directory);
    await run('dpkg-deb', ['-x', deb, 'unpacked'], { cwd: directory });
    const root = path.join(directory, 'root');
    await mkdir(path.join(root, 'bin'), { recursive: true });
    await cp(path.join(directory, 'unpacked/bin/busybox'), path.join(root, 'bin/busybox'));
    await symlink('busybox', path.join(root, 'bin/sh'));
    const stream = await docker.importImage(Readable.from(pack(root)), { repo: 'redeploy-test/busybox', tag: '1' });
    await followProgress(docker, stream);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
