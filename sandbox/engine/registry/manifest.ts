import { isDigest, type Digest } from './blob-store.ts';
import { refusal } from './exchange.ts';

/** What a registry must know of an image manifest or an image index. */
export interface Manifest {
  mediaType?: string;
  /** Config and layers that must lie in the repository. */
  blobs: Digest[];
  /** Manifests that an index names. */
  manifests: Digest[];
  /** Compressed bytes of config and layers. */
  bytes: number;
  subject?: string;
}

interface Descriptor {
  digest?: unknown;
  size?: unknown;
  urls?: unknown;
}

interface Document {
  schemaVersion?: unknown;
  mediaType?: unknown;
  config?: Descriptor;
  layers?: Descriptor[];
  manifests?: Descriptor[];
  subject?: Descriptor;
}

/** Throws `MANIFEST_INVALID` on anything but schema version 2. */
export function parseManifest(text: string): Manifest {
  const document = parse(text);
  if (document.schemaVersion !== 2) throw refusal(400, 'MANIFEST_INVALID', 'expected a manifest of schema version 2');
  const parts = [...(document.config ? [document.config] : []), ...(document.layers ?? [])];
  // layers with addresses of their own (Windows) are not in the registry
  const blobs = parts.filter(({ urls }) => urls === undefined).map(digestOf);
  const bytes = parts.reduce((sum, { size }) => sum + (typeof size === 'number' ? size : 0), 0);
  return {
    ...(typeof document.mediaType === 'string' ? { mediaType: document.mediaType } : {}),
    blobs,
    manifests: (document.manifests ?? []).map(digestOf),
    bytes,
    ...(document.subject ? { subject: digestOf(document.subject) } : {}),
  };
}

function parse(text: string): Document {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null) return document;
  } catch (error) {
    throw refusal(400, 'MANIFEST_INVALID', `manifest is not JSON: ${String(error)}`);
  }
  throw refusal(400, 'MANIFEST_INVALID', 'manifest is not an object');
}

function digestOf({ digest }: Descriptor): Digest {
  if (typeof digest === 'string' && isDigest(digest)) return digest;
  throw refusal(400, 'MANIFEST_INVALID', `expected a sha256 digest, got ${JSON.stringify(digest)}`);
}
