import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutImageCommand } from '@aws-sdk/client-ecr';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import type { Aws } from '../../pipeline/core/context.ts';
import { connectAws } from '../../pipeline/edge/aws.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { clients, startSandbox } from '../support/sandbox.ts';
import { onPurpose } from '../support/witness.ts';
import type { Bench, Outcome, Recorded, Sequence } from './bench.ts';
import type { Emulator } from './emulators.ts';
import type { Models } from '../support/models.ts';
import { watch, type Watch } from './watch.ts';

/** What a world answered to a sequence, and what the models have to say about it. */
export interface Run {
  recorded: Recorded[];
  watch: Watch;
}

/** Runs a sequence in a fresh sandbox on simulated machines. Its answers are held against the models. */
export async function runInSandbox(sequence: Sequence, models: Models): Promise<Run> {
  const sandbox = await startSandbox();
  try {
    const aws = clients(sandbox);
    const seen = watch(aws, models, { answers: true });
    const pushImage = async (name: string, tag: string, manifest: string) => playPush(sandbox, { name, tag, manifest });
    return await play(sequence, { aws, seen, pushImage, patienceMs: 10_000 });
  } finally {
    await sandbox.close();
  }
}

/** Runs a sequence in an emulator, emptied before. Only our requests are held against the models. */
export async function runInEmulator(sequence: Sequence, emulator: Emulator, models: Models): Promise<Run> {
  await emulator.reset();
  const aws = await connectTo(emulator.endpoint);
  // The SDK retries what an emulator has not built, and codes that sound like throttling (LimitExceeded): half a minute each.
  const once = new ConfiguredRetryStrategy(1);
  for (const client of Object.values(aws)) client.config.retryStrategy = async () => once;
  const seen = watch(aws, models, { answers: false });
  const pushImage = async (repositoryName: string, imageTag: string, imageManifest: string) => {
    await aws.ecr.send(new PutImageCommand({ repositoryName, imageTag, imageManifest }));
  };
  try {
    // Emulators change state at once or never.
    return await play(sequence, { aws, seen, pushImage, patienceMs: 1500 });
  } finally {
    for (const client of Object.values(aws)) client.destroy();
  }
}

/** The product's own clients, at another endpoint. */
export const connectTo = (endpoint: string): Promise<Aws> =>
  connectAws({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'AKIASANDBOX000000000', secretAccessKey: 'conformance' },
  });

interface Stage {
  aws: Aws;
  seen: Watch;
  pushImage: Bench['pushImage'];
  patienceMs: number;
}

async function play(sequence: Sequence, { aws, seen, pushImage, patienceMs }: Stage): Promise<Run> {
  const recorded: Recorded[] = [];
  const call: Bench['call'] = async (name, send) => {
    const made = await outcomeOf(send);
    recorded.push({ operation: seen.last, case: name, outcome: made.outcome });
    return made.output;
  };
  const bench: Bench = {
    aws,
    call,
    malformed: async (name, send) => {
      seen.isMalformed = true;
      const output = await onPurpose(() => call(name, send));
      seen.isMalformed = false;
      return output;
    },
    pushImage,
    settle: async (isThere) => {
      const deadline = Date.now() + patienceMs;
      while (Date.now() < deadline && !(await isThere().catch(() => false))) await sleep(20);
    },
  };
  await sequence(bench);
  return { recorded, watch: seen };
}

async function outcomeOf<T>(send: () => Promise<T>): Promise<{ outcome: Outcome; output?: T }> {
  try {
    const output = await send();
    return { outcome: { kind: 'answer', output }, output };
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { outcome: { kind: 'error', name, message, status: $metadata?.httpStatusCode } };
  }
}

/** What a push leaves in the sandbox: its images' bytes go through the registry, not through the API. */
function playPush(sandbox: Sandbox, { name, tag, manifest }: { name: string; tag: string; manifest: string }): void {
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  const repository = sandbox.engine.state.ecr.repositories[name];
  if (!repository) throw new Error(`the sandbox has no repository ${name}`);
  repository.images[digest] = {
    digest,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    manifest,
    bytes: 1000,
    pushedAt: sandbox.engine.clock.now(),
    tags: [tag],
  };
}
