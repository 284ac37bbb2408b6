import type { Engine } from '../engine.ts';

/** What went through the registry since the sandbox started, in bytes of blobs and manifests. */
export interface RegistryTraffic {
  uploadedBytes: number;
  downloadedBytes: number;
  /** Blobs that a push found there already, by HEAD or by mount, and did not send. */
  sparedBlobs: number;
}

const traffic = new WeakMap<Engine, RegistryTraffic>();

/** The engine's counters; a snapshot before and after a push tells what it sent. */
export function registryTraffic(engine: Engine): RegistryTraffic {
  const found = traffic.get(engine) ?? { uploadedBytes: 0, downloadedBytes: 0, sparedBlobs: 0 };
  traffic.set(engine, found);
  return found;
}
