import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import type { Program } from '../../support/debian-program.ts';

/** An app server, or what stands for the new load balancer: says its name, takes WebSockets and keeps them. */
export interface Backend extends AsyncDisposable {
  port: number;
  /** Of the last request and the last upgrade. */
  headers: IncomingHttpHeaders;
  upgrades: number;
}

export async function openBackend(name: string, at: { host?: string; port?: number } = {}): Promise<Backend> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((asked, answer) => {
    backend.headers = asked.headers;
    answer.end(name);
  });
  server.on('upgrade', (asked, socket: Socket) => {
    backend.headers = asked.headers;
    backend.upgrades += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nx-name: ${name}\r\n\r\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(at.port ?? 0, at.host ?? '127.0.0.1', resolve));
  const backend: Backend = {
    port: (server.address() as AddressInfo).port,
    headers: {},
    upgrades: 0,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return backend;
}

/** HAProxy or nginx as it runs on an old machine, here on a loopback address. */
export interface OldProgram extends AsyncDisposable {
  directory: string;
  configFile: string;
  masterSocket: string;
  /** Shell command that reloads it. */
  reload: string;
  /** Command that runs a script where the program is found. */
  shell: string[];
  /** All files of its configuration, hidden ones, too. */
  config(): Promise<string>;
}

const startUps = {
  haproxy: (at: string, file: string) => ['-W', '-S', `${at}/master.sock`, '-f', file, '-p', `${at}/pid`],
  nginx: (at: string) => ['-p', at, '-c', `${at}/nginx.conf`, '-e', `${at}/error.log`],
};
const reloads = { haproxy: (at: string) => `kill -USR2 "$(cat ${at}/pid)"`, nginx: () => 'nginx -s reload' };

/** The sites are in directories that nginx includes as a whole, as Debian's does. */
const nginxMain = (at: string): string => `daemon off;
worker_processes 2;
pid ${at}/pid;
events { worker_connections 256; }
http {
  access_log ${at}/access.log;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${at}/temp;`).join(' ')}
  include conf.d/*.conf;
  include ${at}/sites-enabled/*;
}
`;

/** Starts it with this configuration, and what else belongs to it by file; `{{DIR}}` is its directory. */
export async function startOld(
  name: keyof typeof startUps,
  program: Program,
  config: string,
  more: Record<string, string> = {},
): Promise<OldProgram> {
  const at = await mkdtemp(path.join(tmpdir(), `${name}-`));
  await Promise.all(['sites-enabled', 'conf.d', 'bin', 'temp'].map((one) => mkdir(`${at}/${one}`)));
  for (const [file, text] of Object.entries(more)) await writeFile(`${at}/${file}`, text);
  const configFile = name === 'nginx' ? `${at}/sites-enabled/shop` : `${at}/haproxy.cfg`;
  await writeFile(configFile, config.replaceAll('{{DIR}}', at));
  if (name === 'nginx') await writeFile(`${at}/nginx.conf`, nginxMain(at));
  const variables = Object.entries(program.env).map(([key, value]) => `${key}='${value}'`);
  const always = name === 'nginx' ? startUps.nginx(at).join(' ') : '';
  await writeFile(`${at}/bin/${name}`, `#!/bin/sh\n${variables.join(' ')} exec ${program.file} ${always} "$@"\n`);
  await chmod(`${at}/bin/${name}`, 0o755);
  const child = spawn(`${at}/bin/${name}`, name === 'haproxy' ? startUps.haproxy(at, configFile) : [], {
    stdio: 'ignore',
  });
  return {
    directory: at,
    configFile,
    masterSocket: `${at}/master.sock`,
    reload: reloads[name](at),
    shell: ['env', `PATH=${at}/bin:${process.env['PATH'] ?? ''}`, 'sh', '-c'],
    config: () => textOf(at, configFile),
    [Symbol.asyncDispose]: async () => {
      await ended(child);
      await rm(at, { recursive: true, force: true });
    },
  };
}

async function textOf(at: string, configFile: string): Promise<string> {
  const found = await Promise.all(
    ['', 'conf.d', 'sites-enabled'].map(async (one) => {
      const entries = await readdir(path.join(at, one), { withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => path.join(at, one, entry.name));
    }),
  );
  const files = [...found.flat(), configFile].filter((file) =>
    /nginx|haproxy|conf\.d|sites-enabled/.test(path.relative(at, file)),
  );
  const texts = await Promise.all(
    [...new Set(files)].toSorted().map(async (file) => [file, await readFile(file, 'utf8')]),
  );
  return texts.flat().join('\n');
}

async function ended(child: ChildProcess): Promise<void> {
  const over = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode === null && child.kill('SIGTERM')) await over;
}

/** One request over a connection of its own; what came back, or why nothing did. */
export const ask = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const headers = { host: 'shop.example.com', 'x-forwarded-for': '198.51.100.7' };
    const call = request({ host: '127.0.0.1', port, agent: false, headers, timeout: 5000 }, (answer) => {
      let body = '';
      answer.on('data', (part: Buffer) => (body += part.toString()));
      answer.on('end', () => resolve(answer.statusCode === 200 ? body : `status ${answer.statusCode}`));
    });
    call.on('error', (error) => resolve(error.message));
    call.end();
  });

// The sample of RFC 6455, section 1.3.
const handshake = { 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };

/** A WebSocket that somebody keeps open. */
export interface Client {
  /** Who took it. */
  name: string;
  closedAt: number | undefined;
  leave(): void;
}

export const connect = (port: number): Promise<Client> =>
  new Promise((resolve, reject) => {
    const headers = { host: 'shop.example.com', connection: 'Upgrade', upgrade: 'websocket', ...handshake };
    const call = request({ host: '127.0.0.1', port, agent: false, headers });
    call.on('upgrade', (answer, socket) => {
      const client: Client = {
        name: String(answer.headers['x-name']),
        closedAt: undefined,
        leave: () => socket.destroy(),
      };
      socket.on('error', () => socket.destroy());
      socket.on('close', () => (client.closedAt = Date.now()));
      resolve(client);
    });
    call.on('response', (answer) => reject(new Error(`no upgrade: ${answer.statusCode}`)));
    call.on('error', reject);
    call.end();
  });

/** Waits until somebody answers there. */
export const answers = (port: number, wanted: RegExp): Promise<string> =>
  vi.waitFor(
    async () => {
      const said = await ask(port);
      if (!wanted.test(said)) throw new Error(`${port} says ${said}`);
      return said;
    },
    { timeout: 30_000, interval: 50 },
  );
