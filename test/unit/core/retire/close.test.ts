import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { closeOldConnections } from '../../../../pipeline/core/retire/scripts.ts';

const execute = promisify(execFile);

/** A HAProxy with eight connections in an old worker, each of which takes a while to close; notes from when to when. */
const socat = (log: string) => `#!/bin/sh
read -r command
case $command in
  'show proc') printf '# old workers\\n7 worker\\n# programs\\n';;
  *'show sess') for i in 1 2 3 4 5 6 7 8; do echo "0x$i: proto=tcpv4 src=192.0.2.1:1000"; done;;
  *) began=$(date +%s%N); sleep 0.3; echo "$began $(date +%s%N)" >> ${log};;
esac
`;

it('closes without a pause as soon as closing itself takes longer than the time that there is', async () => {
  const at = await mkdtemp(path.join(tmpdir(), 'close-'));
  const master = createServer();
  await new Promise<void>((resolve) => void master.listen(path.join(at, 'master.sock'), resolve));
  try {
    await writeFile(path.join(at, 'socat'), socat(path.join(at, 'log')));
    await chmod(path.join(at, 'socat'), 0o755);
    const script = `set -eu\n${closeOldConnections(path.join(at, 'master.sock'), 2)}`;
    const { stdout } = await execute('sh', ['-c', script], {
      env: { ...process.env, PATH: `${at}:${process.env['PATH']}` },
    });
    expect(stdout).toContain('closing 8');
    const times = (await readFile(path.join(at, 'log'), 'utf8')).trim().split('\n');
    const acts = times.map((line) => line.split(' ').map((nanoseconds) => Number(nanoseconds) / 1e6));
    expect(acts).toHaveLength(8);
    // 2 s for eight would be 250 ms each.
    const pauses = acts.slice(1).map(([began = 0], before) => began - (acts[before]?.[1] ?? 0));
    expect(Math.min(...pauses)).toBeLessThan(250);
  } finally {
    master.close();
    await rm(at, { recursive: true });
  }
});
