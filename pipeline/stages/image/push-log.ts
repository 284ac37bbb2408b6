import type { Clock } from '../../core/context.ts';

/** One JSON line of a push's answer. */
export interface PushMessage {
  id?: string;
  status?: string;
  progressDetail?: { current?: number; total?: number };
  aux?: { Digest?: string };
  error?: string;
}

/** Between two lines about progress. */
const everyMs = 1000;

/** Reads a push: bytes on their way as progress, in the end the digest and what was sent. Throws what Docker says went wrong. */
export function readPushLog(onProgress: (reason: string, elapsedMs: number) => void, clock: Clock) {
  const start = clock.now();
  const sizes = new Map<string, { current: number; total: number }>();
  const there = new Set<string>();
  const pushed = new Set<string>();
  let digest: string | undefined;
  let told = start;

  const tell = () => {
    const now = clock.now();
    if (now - told < everyMs) return;
    told = now;
    const all = [...sizes.values()];
    onProgress(
      `${megabytes(sum(all.map(({ current }) => current)))} of ${megabytes(sum(all.map(({ total }) => total)))} sent`,
      now - start,
    );
  };

  const takeLayer = ({ id = '', status = '', progressDetail }: PushMessage) => {
    if (status === 'Pushed') pushed.add(id);
    if (/^(Layer already exists|Mounted from)/.test(status)) there.add(id);
    const { current, total = 0 } = progressDetail ?? {};
    if (current === undefined) return;
    // Compressed as it is sent, counted before: the last figure may pass the total.
    sizes.set(id, { current, total: Math.max(total, current) });
    tell();
  };

  return {
    take(message: PushMessage): void {
      if (message.error !== undefined) throw new Error(message.error);
      digest ??= message.aux?.Digest;
      takeLayer(message);
    },
    result: () => ({
      digest,
      detail: `${megabytes(sum([...sizes.values()].map(({ current }) => current)))} in ${layers(pushed.size)} sent, ${layers(there.size)} were there`,
    }),
  };
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const layers = (count: number): string => (count === 1 ? '1 layer' : `${count} layers`);
