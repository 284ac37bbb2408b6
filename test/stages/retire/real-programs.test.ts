import { decode, encode } from 'dns-packet';
import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Context } from '../../../pipeline/core/context.ts';
import { rewriteNginx } from '../../../pipeline/core/retire/nginx.ts';
import type { Target } from '../../../pipeline/core/target.ts';
import { realClock } from '../../../pipeline/edge/clock.ts';
import { shell } from '../../../pipeline/edge/shell.ts';
import { applyForward, closeOld, takeForwardBack, writeForward } from '../../../pipeline/stages/retiree/forward.ts';
import { lookAtTraffic } from '../../../pipeline/stages/retiree/look.ts';
import type { Both } from '../../../pipeline/stages/retiree/sides.ts';
import { debianProgram } from '../../support/debian-program.ts';
import { freePort } from '../../support/free-port.ts';
import {
  answers,
  ask,
  connect,
  openBackend,
  startOld,
  type Backend,
  type Client,
  type OldProgram,
} from './old-program.ts';

// The scripts and configurations that `retire forward` writes, against Debian's own HAProxy and nginx.

const configs = {
  haproxy: (port: number, old: string[]) => `global
    stats socket {{DIR}}/admin.sock mode 600 level admin
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout tunnel 1h
frontend web
    bind 127.0.0.1:${port}
    option forwardfor
    default_backend app
backend app
${old.map((server, at) => `    server app${at} ${server}`).join('\n')}
`,
  nginx: (port: number, old: string[]) => `upstream app {
  ip_hash;
${old.map((server) => `  server ${server};`).join('\n')}
}
server {
  listen 127.0.0.1:${port};
  server_name shop.example.com;
  proxy_set_header Host $host;
  location / {
    proxy_pass http://app;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  }
}
`,
};

/** As people have it: upstreams for themselves, headers in a file that all sites include, and more than one site. */
const spread = (ports: { web: number; admin: number }, old: string): [string, Record<string, string>] => [
  `server {
  listen 127.0.0.1:${ports.web};
  server_name shop.example.com;
  location / {
    include proxy_params;
    proxy_pass http://app;
    proxy_set_header Connection "upgrade";
    proxy_set_header Upgrade $http_upgrade;
  }
}
`,
  {
    proxy_params:
      'proxy_http_version 1.1;\nproxy_set_header Host $http_host;\nproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n',
    'conf.d/upstreams.conf': `upstream app {\n  ip_hash;\n  server ${old};\n}\n`,
    'conf.d/.hidden.conf': 'nonsense {',
    'sites-enabled/admin': `server {\n  listen 127.0.0.1:${ports.admin};\n  location / {\n    include proxy_params;\n    proxy_pass http://${old};\n  }\n}\n`,
  },
];

const ctx = {
  sh: shell,
  clock: realClock,
  signal: new AbortController().signal,
  report: () => {},
} as unknown as Context;

const programs = { haproxy: await debianProgram('haproxy'), nginx: await debianProgram('nginx') };
/** On a busy machine each of some twenty scripts takes a second. */
const busyMs = 120_000;

describe.each(['haproxy', 'nginx'] as const)('an old %s', (name) => {
  const program = programs[name];
  let world: { old: OldProgram; app: Backend; fresh: Backend; port: number; admin: number; target: Target; both: Both };

  beforeAll(async () => {
    const [app, fresh, port, admin] = await Promise.all([
      openBackend('old'),
      openBackend('new'),
      freePort(),
      freePort(),
    ]);
    const server = `127.0.0.1:${app.port}`;
    const [config, more] =
      name === 'nginx' ? spread({ web: port, admin }, server) : [configs.haproxy(port, [server]), undefined];
    const old = await startOld(name, program, config, more);
    const { directory, configFile, reload, masterSocket, shell: command } = old;
    // nginx tells by itself which logs it writes.
    const traffic = name === 'nginx' ? undefined : { via: 'haproxy-socket', socket: `${directory}/admin.sock` };
    const retire = {
      kind: 'elsewhere',
      software: name,
      // nginx tells by itself which files it has.
      ...(name === 'haproxy' && { configFile }),
      reload,
      masterSocket,
      shell: command,
      traffic,
      closeSeconds: 2,
      hostnames: ['shop.example.com'],
      appServers: [`127.0.0.1:${app.port}`],
    };
    const target = { directory, retire, balancer: { httpPort: fresh.port } } as unknown as Target;
    const both = { machine: { id: 'old', name: 'old' }, balancer: { dnsName: '127.0.0.1' } } as unknown as Both;
    await answers(port, /^old$/);
    world = { old, app, fresh, port, admin: name === 'nginx' ? admin : port, target, both };
  });
  afterAll(async () => {
    await world.old[Symbol.asyncDispose]();
    await Promise.all([world.app[Symbol.asyncDispose](), world.fresh[Symbol.asyncDispose]()]);
  });

  it('is left as it is by a configuration that it does not take', async () => {
    const { old, target, both, port } = world;
    const before = await old.config();
    const forward = await writeForward(ctx, target, both);
    await expect(
      applyForward(ctx, target, both, {
        ...forward,
        changes: forward.changes.map(({ file, digest, recipe }) => ({
          file,
          digest,
          recipe: `${recipe}\nt nonsense {`,
        })),
      }),
    ).rejects.toThrow(/ended with/);
    expect(await old.config()).toBe(before);
    expect(await ask(port)).toBe('old');
  });

  it(
    'sends everybody on without losing a request, closes old connections evenly, and goes back',
    async () => {
      const { old, fresh, target, both, port, admin } = world;
      const before = await old.config();
      const clients: Client[] = [];
      for (let count = 0; count < 4; count += 1) clients.push(await connect(port));
      expect(clients.map((client) => client.name)).toEqual(Array(4).fill('old'));
      const visitor = visit(port);

      const forward = await writeForward(ctx, target, both);
      await applyForward(ctx, target, both, forward);
      expect(await old.config()).toContain('# redeploy: forwards to the new load balancer');
      await answers(admin, /^new$/);
      await answers(port, /^new$/);
      expect(fresh.headers).toMatchObject({ host: 'shop.example.com', 'x-forwarded-for': '198.51.100.7, 127.0.0.1' });
      expect(clients.filter(({ closedAt }) => closedAt !== undefined)).toEqual([]);

      const { detail = '' } = await closeOld(ctx, target, both);
      // Told by the kernel a moment later.
      await vi.waitFor(() => expect(clients.filter(({ closedAt }) => closedAt === undefined)).toEqual([]), 10_000);
      const closed = clients.map(({ closedAt = 0 }) => closedAt).toSorted((a, b) => a - b);
      // Not every kernel lets nginx's connections be closed one by one.
      if (!detail.includes('with their workers')) expect((closed.at(-1) ?? 0) - (closed[0] ?? 0)).toBeGreaterThan(1000);
      const again = await connect(port);
      expect(again.name).toBe('new');
      await vi.waitFor(async () => {
        const { callers } = await lookAtTraffic(ctx, target, 'old');
        const here = callers.filter(({ source }) => source === '127.0.0.1');
        expect(here.reduce((sum, one) => sum + one.connections, 0)).toBeGreaterThan(0);
        expect(here.reduce((sum, one) => sum + one.requests, 0)).toBeGreaterThan(0);
      }, 30_000);
      again.leave();

      await takeForwardBack(ctx, target, both);
      await answers(admin, /^old$/);
      await answers(port, /^old$/);
      expect(await old.config()).toBe(before);
      expect(await visitor.leave()).toEqual([]);
    },
    busyMs,
  );
});

it(
  'an nginx whose kernel closes no single connection loses its old workers',
  async () => {
    const port = await freePort();
    await using app = await openBackend('old');
    await using old = await startOld('nginx', programs.nginx, configs.nginx(port, [`127.0.0.1:${app.port}`]));
    const stub =
      '#!/bin/sh\ncase " $* " in *" -K "*) exit 1;; esac\nPATH=$(echo "$PATH" | cut -d: -f2-) exec ss "$@"\n';
    await writeFile(`${old.directory}/bin/ss`, stub, { mode: 0o755 });
    await answers(port, /^old$/);
    const clients = await Promise.all([connect(port), connect(port), connect(port)]);
    const retire = { software: 'nginx', shell: old.shell, closeSeconds: 1 };
    const run = async (script: string) => {
      const [file = '', ...args] = old.shell;
      const { exitCode } = await shell(file, [...args, script], { cwd: old.directory });
      expect(exitCode).toBe(0);
    };
    await run(old.reload);
    const target = { directory: old.directory, retire } as unknown as Target;
    const { detail } = await closeOld(ctx, target, { machine: { id: 'old' } } as unknown as Both);
    expect(detail).toBe('closing 3 with their workers');
    await vi.waitFor(() => expect(clients.filter(({ closedAt }) => closedAt === undefined)).toEqual([]), 30_000);
    expect(await ask(port)).toBe('old');
  },
  busyMs,
);

it(
  'nginx follows the new balancer to another address',
  async () => {
    const port = await freePort();
    await using first = await openBackend('at the first address', { host: '127.0.1.1' });
    await using second = await openBackend('at the second address', { host: '127.0.1.2', port: first.port });
    await using names = await openNames('127.0.1.1');
    const appServers = ['127.0.0.1:1'];
    const rewritten = rewriteNginx([{ file: 'shop', text: configs.nginx(port, appServers) }], {
      appServers,
      to: { dnsName: 'shop-1.elb.test', port: second.port, serverName: undefined },
      resolvers: [`127.0.0.1:${names.port}`],
      authorities: undefined,
    });
    if (!('files' in rewritten)) throw new Error(JSON.stringify(rewritten));
    await using _old = await startOld('nginx', programs.nginx, rewritten.files[0]?.text ?? '');
    await answers(port, /first/);
    names.address = '127.0.1.2';
    await answers(port, /second/);
  },
  busyMs,
);

/** A name server that knows one address of every name, for a second. */
async function openNames(address: string): Promise<AsyncDisposable & { port: number; address: string }> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const names = {
    port: socket.address().port,
    address,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void socket.close(resolve)),
  };
  socket.on('message', (message, from) => {
    const query = decode(message);
    const answers = (query.questions ?? [])
      .filter(({ type }) => type === 'A')
      .map(({ name }) => ({ type: 'A' as const, name, ttl: 1, data: names.address }));
    socket.send(
      encode({ type: 'response', id: query.id ?? 0, questions: query.questions ?? [], answers }),
      from.port,
      from.address,
    );
  });
  return names;
}

/** Asks all the time; resolves with what was no answer. */
function visit(port: number): { leave(): Promise<string[]> } {
  const over = new AbortController();
  const failures: string[] = [];
  const walk = (async () => {
    while (!over.signal.aborted) {
      const said = await ask(port);
      if (said !== 'old' && said !== 'new') failures.push(said);
      await pause(20);
    }
  })();
  return {
    leave: async () => {
      over.abort();
      await walk;
      return failures;
    },
  };
}
