import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { environmentDirectory } from '../support/models/environment.ts';

/** An AWS that we did not write (or a proxy before one), on a loopback port. */
export interface Emulator extends AsyncDisposable {
  name: 'moto' | 'ministack' | 'microburst';
  endpoint: string;
  /** Empties it: as if it had just started. */
  reset(): Promise<void>;
}

/** What a proxy does to the calls that pass. */
interface Faults {
  setRules(rules: Rule[]): Promise<void>;
  /** Which faults happened, such as `reset` or `error:Throttling`. */
  fired(): Promise<string[]>;
}

/** moto's server: answers every operation that moto knows, keeps no machines. */
export async function startMoto(): Promise<Emulator> {
  const port = await freePort();
  const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  const endpoint = `http://127.0.0.1:${port}`;
  const process = await start('moto', args, { probe: `${endpoint}/moto-api/data.json` });
  return { name: 'moto', endpoint, reset: () => post(`${endpoint}/moto-api/reset`), ...process };
}

/** MiniStack, with the services that a deploy needs and none that would look for Docker or open further ports. */
export async function startMinistack(): Promise<Emulator> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const process = await start('ministack', ['-m', 'ministack'], {
    probe: `${endpoint}/_ministack/health`,
    env: {
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_ACCOUNT_ID: '123456789012',
      DOCKER_HOST: 'unix:///nonexistent/docker.sock',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      SERVICES: 'acm,autoscaling,cloudwatch,ec2,ecr,elasticloadbalancing,iam,logs,route53,secretsmanager,sns,ssm,sts',
    },
  });
  return { name: 'ministack', endpoint, reset: () => post(`${endpoint}/_ministack/reset`), ...process };
}

/** A fault of microburst's: https://pypi.org/project/microburst/ */
export type Rule = Record<string, unknown>;

/** microburst, an AWS fault proxy that knows the protocols, before `upstream`. It lets everything pass until it has rules. */
export async function startMicroburst(upstream: string): Promise<Emulator & Faults> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const args = ['-m', 'microburst', '--upstream', upstream, '--host', '127.0.0.1', '--port', String(port)];
  const process = await start('microburst', args, { probe: `${endpoint}/_microburst/health` });
  const reset = async () => {
    await fetch(`${endpoint}/_microburst/rules`, { method: 'DELETE' });
    await fetch(`${endpoint}/_microburst/fired`, { method: 'DELETE' });
  };
  const setRules = async (rules: Rule[]) => {
    const answer = await fetch(`${endpoint}/_microburst/rules`, { method: 'POST', body: JSON.stringify(rules) });
    if (!answer.ok) throw new Error(`microburst refuses the rules: ${await answer.text()}`);
  };
  const fired = async () => {
    const answer = await fetch(`${endpoint}/_microburst/fired?limit=10000`);
    return ((await answer.json()) as { action: string }[]).map(({ action }) => action);
  };
  return { name: 'microburst', endpoint, reset, setRules, fired, ...process };
}

async function start(name: string, args: string[], how: { probe: string; env?: Record<string, string> }) {
  const child = spawn(path.join(environmentDirectory(), 'bin/python'), args, {
    env: { PATH: process.env['PATH'], HOME: homedir(), AWS_EC2_METADATA_DISABLED: 'true', ...how.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => void lines.splice(0, lines.length - 20, ...chunk.toString().split('\n')));
  try {
    await waitUntilAnswering(child, how.probe, () => `${name} does not answer: ${lines.join('\n')}`);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return { [Symbol.asyncDispose]: () => stop(child) };
}

async function waitUntilAnswering(child: ChildProcess, url: string, message: () => string): Promise<void> {
  const deadline = Date.now() + 180_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const isUp = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.ok;
      },
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error(message());
}

/** Ends this very process. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(force);
}

async function post(url: string): Promise<void> {
  const answer = await fetch(url, { method: 'POST' });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
}
