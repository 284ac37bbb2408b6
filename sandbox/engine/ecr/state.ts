import type { Principal } from '../iam/state.ts';

/** One pushed image (or index): what a tag or digest leads to. Its blobs lie with the registry. */
export interface EcrImage {
  /** `sha256:…` of `manifest`. */
  digest: string;
  mediaType: string;
  /** The manifest, byte for byte as it was pushed (manifests are text). */
  manifest: string;
  /** Compressed size of config and layers together, as DescribeImages reports it. */
  bytes: number;
  /** Milliseconds since the epoch. */
  pushedAt: number;
  tags: string[];
}

/** One repository of the account's registry. */
export interface EcrRepository {
  name: string;
  arn: string;
  /** `<authority>/<name>`: what `docker push` is given. */
  uri: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  tagMutability: 'IMMUTABLE' | 'MUTABLE';
  scanOnPush: boolean;
  /** The lifecycle policy's JSON text. */
  lifecyclePolicy?: string;
  lifecycleSetAt?: number;
  /** The repository policy's JSON text. */
  policy?: string;
  tags: Record<string, string>;
  /** By digest. */
  images: Record<string, EcrImage>;
}

/** What the sandbox remembers of ECR. Plain JSON. */
export interface EcrState {
  /** By name. */
  repositories: Record<string, EcrRepository>;
  /** Registry passwords handed out by GetAuthorizationToken: to whom, and until when (milliseconds since the epoch). */
  passwords: Record<string, { principal: Principal; expiresAt: number }>;
}

export const emptyEcr = (): EcrState => ({ repositories: {}, passwords: {} });
