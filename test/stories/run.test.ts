import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import type Dockerode from 'dockerode';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../pipeline/commands/run.ts';
import { containerOptions } from '../../pipeline/stages/local-app.ts';
import { failureOf } from '../support/failure.ts';
import { startStory, type Story } from '../support/story.ts';

// `redeploy run` with a Docker that is played: what is asked of it, in which order, and what is left.

let story: Story;
let container: PlayedContainer;
let lines: string[];
let calm: AbortController;
let hurry: AbortController;
beforeEach(async () => {
  story = await startStory();
  container = playContainer();
  Object.assign(story.docker.docker, container.docker);
  lines = [];
  calm = new AbortController();
  hurry = new AbortController();
});
afterEach(() => story[Symbol.asyncDispose]());

/** A container whose app listens, or ends, when the test says so. */
function playContainer() {
  const asked: string[] = [];
  const output = new PassThrough();
  let end: (code: number) => void = () => {};
  let stopped: (() => void) | undefined;
  const exit = new Promise<{ StatusCode: number }>((resolve) => {
    end = (code) => resolve({ StatusCode: code });
  });
  const played = {
    asked,
    output,
    isUp: false,
    files: {} as Record<string, { mode: number | undefined; uid: number | undefined; text: string }>,
    refuseStart: undefined as Error | undefined,
    /** What SIGTERM does. */
    onStop: () => end(0),
    end: (code: number) => end(code),
    created: {} as Dockerode.ContainerCreateOptions,
    isThere: false,
    docker: {} as object,
  };
  const gone = () => Object.assign(new Error('no such container'), { statusCode: 404 });
  const handle = {
    wait: () => exit,
    putArchive: async (archive: NodeJS.ReadableStream) => {
      asked.push('put');
      const reader = extract();
      reader.on('entry', (header, stream, next) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk) => void chunks.push(chunk as Buffer));
        stream.on('end', () => {
          const { mode, uid } = header;
          played.files[header.name] = { mode, uid, text: Buffer.concat(chunks).toString() };
          next();
        });
      });
      await new Promise((resolve) => {
        reader.on('finish', resolve as () => void);
        archive.pipe(reader);
      });
    },
    attach: async () => output,
    start: async () => {
      asked.push('start');
      if (played.refuseStart) throw played.refuseStart;
      played.isUp = true;
    },
    stop: async ({ t }: { t: number }) => {
      asked.push(`stop ${t}`);
      played.onStop();
      await Promise.race([exit, new Promise<void>((resolve) => (stopped = resolve))]);
    },
    kill: async () => {
      asked.push('kill');
      end(137);
      stopped?.();
    },
    remove: async () => {
      if (!played.isThere) throw gone();
      asked.push('remove');
      played.isThere = false;
    },
  };
  played.docker = {
    modem: { demuxStream: (from: NodeJS.ReadableStream, to: NodeJS.WritableStream) => from.pipe(to) },
    getContainer: () => handle,
    createContainer: async (options: Dockerode.ContainerCreateOptions) => {
      asked.push(`create ${options.name}`);
      played.created = options;
      played.isThere = true;
      return handle;
    },
  };
  return played;
}
type PlayedContainer = ReturnType<typeof playContainer>;

const notes = () => story.events.flatMap((event) => ('message' in event ? [event.message] : []));

async function start(options: { port?: number } = {}) {
  const target = await story.target();
  const http: Story['ctx']['http'] = async ({ url }) => {
    if (!container.isUp) throw new Error('connection refused');
    return { status: url.includes(':8080/') || options.port === undefined ? 200 : 500, headers: {}, body: '' };
  };
  const ctx = { ...story.ctx, http, signal: calm.signal };
  const bundle = path.join(story.app, 'bundle');
  const more = { bundle, ...options, impatience: hurry.signal, onLine: (line: string) => void lines.push(line) };
  return run(ctx, target, more);
}

test('runs the image with settings and env, says where it answers, drains on Ctrl-C, leaves nothing', async () => {
  const running = story.clock.run(start({ port: 8080 }));
  await story.clock.run(async () => {
    while (!notes().some((note) => note.startsWith('healthy'))) await story.clock.sleep(100);
  });
  expect(notes().at(-1)).toBe('healthy at http://localhost:8080 (Ctrl-C stops it)');
  container.output.write('one\ntw');
  container.output.write('o\n');
  await story.clock.advance(10_000);
  container.onStop = () => {
    container.output.end('drained\n');
    container.end(0);
  };
  calm.abort(new Error('interrupted'));
  expect(await running).toMatchObject({ url: 'http://localhost:8080', exitCode: 0 });
  expect(lines).toEqual(['one', 'two', 'drained']);
  expect(container.asked).toEqual(['create redeploy-run-shop-production', 'put', 'start', 'stop 20', 'remove']);
  expect(container.files['run/redeploy/environment.json']).toEqual({
    mode: 0o600,
    uid: 1000,
    text: JSON.stringify({ env: { ROOT_URL: 'http://shop.test' }, settings: { public: { greeting: 'hello' } } }),
  });
  // Nothing was asked of AWS, nothing was pushed.
  expect(story.docker.pushes).toEqual([]);
  expect(JSON.stringify(container.created)).not.toContain('hello');
});

test('has the flags and variables that run-app.sh gives on an instance', async () => {
  const script = await readFile(path.join(story.ctx.templates, 'machine/run-app.sh'), 'utf8');
  const target = await story.target();
  const { Env, HostConfig, ...rest } = containerOptions(target, { image: 'app', port: 4000 });
  const onInstance = new Set([...script.matchAll(/--env "(\w+)=/g)].map(([, name]) => name));
  expect(new Set(Env.map((line) => line.split('=')[0]))).toEqual(onInstance);
  expect(script).toMatch(/--rm .*--log-driver none[^]*--cap-drop ALL --security-opt no-new-privileges/);
  expect(HostConfig).toEqual({
    AutoRemove: true,
    LogConfig: { Type: 'none', Config: {} },
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    PortBindings: { '3000/tcp': [{ HostIp: '127.0.0.1', HostPort: '4000' }] },
  });
  expect(rest).toMatchObject({ platform: 'linux/amd64', ExposedPorts: { '3000/tcp': {} } });
  expect(Env).toContain('PORT=3000');
});

test('ROOT_URL is this machine until it is set', async () => {
  await writeFile(path.join(story.app, 'settings/production.env'), '');
  const running = story.clock.run(start({ port: 8080 }));
  calm.abort(new Error('interrupted'));
  await running.catch(() => undefined);
  const again = new AbortController();
  calm = again;
  const second = story.clock.run(start({ port: 8080 }));
  await story.clock.run(async () => {
    while (container.asked.at(-1) !== 'start') await story.clock.sleep(100);
  });
  again.abort();
  await second;
  expect(container.files['run/redeploy/environment.json']?.text).toContain('"ROOT_URL":"http://localhost:8080"');
});

test('a second Ctrl-C kills an app that does not stop', async () => {
  container.onStop = () => {};
  const running = story.clock.run(start({ port: 8080 }));
  await story.clock.run(async () => {
    while (!container.isUp) await story.clock.sleep(100);
  });
  calm.abort(new Error('interrupted'));
  await story.clock.advance(1000);
  expect(container.asked.at(-1)).toBe('stop 20');
  hurry.abort(new Error('interrupted twice'));
  expect(await running).toMatchObject({ exitCode: 137 });
  expect(container.asked.slice(-2)).toEqual(['kill', 'remove']);
});

test('an app that ends at once is an error, after what it said', async () => {
  const running = failureOf(story.clock.run(start({ port: 8080 })));
  await story.clock.run(async () => {
    while (!container.asked.includes('start')) await story.clock.sleep(100);
  });
  container.output.write('Error: no MONGO_URL\n');
  container.isUp = false;
  container.end(1);
  const { code, message } = await running;
  expect([code, message]).toEqual(['release', 'the app ended by itself, with exit code 1']);
  expect(lines).toEqual(['Error: no MONGO_URL']);
  expect(container.isThere).toBe(false);
});

test('a port that is taken is named, with what to do; nothing is left', async () => {
  container.refuseStart = new Error('address already in use');
  const { code, message, hint } = await failureOf(story.clock.run(start({ port: 8080 })));
  expect([code, message]).toEqual(['docker', 'the container does not start on port 8080: address already in use']);
  expect(hint).toMatch(/has port 8080, stop it, or choose another with --port/);
  expect(container.isThere).toBe(false);
});

test('an app that does not get healthy is told so, and goes on for whoever wants to look', async () => {
  const running = story.clock.run(start({ port: 9090 }));
  await story.clock.run(async () => {
    while (!notes().some((note) => note.startsWith('gave up'))) await story.clock.sleep(1000);
  });
  expect(notes().at(-1)).toMatch(
    /gave up on the app at http:\/\/localhost:9090 after 2 min 15 s: .* answers with 500; a release/,
  );
  calm.abort();
  expect(await running).toMatchObject({ exitCode: 0 });
});

test('what an earlier run left is removed first', async () => {
  container.isThere = true;
  const running = story.clock.run(start({ port: 8080 }));
  await story.clock.run(async () => {
    while (!container.isUp) await story.clock.sleep(100);
  });
  calm.abort();
  await running;
  expect(container.asked.slice(0, 2)).toEqual(['remove', 'create redeploy-run-shop-production']);
  expect(notes()).toContain('container redeploy-run-shop-production of an earlier run is removed');
});

test('without Docker nothing is built', async () => {
  story.docker.docker.version = () => Promise.reject(new Error('connect ENOENT /var/run/docker.sock'));
  const { code, message } = await failureOf(story.clock.run(start()));
  expect([code, message]).toEqual(['docker', 'docker does not answer: connect ENOENT /var/run/docker.sock']);
  expect(story.docker.builds).toEqual([]);
});
