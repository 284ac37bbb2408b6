/** One version of a secret; immutable but for its labels. */
export interface SecretVersion {
  /** The ClientRequestToken that made it. */
  id: string;
  text?: string;
  /** Base64. */
  binary?: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Staging labels; a version without any is deprecated. */
  stages: string[];
}

/** One secret. Times are milliseconds since the epoch. */
export interface Secret {
  name: string;
  /** Ends in a hyphen and six random characters. */
  arn: string;
  description?: string;
  kmsKeyId?: string;
  createdAt: number;
  changedAt: number;
  accessedAt?: number;
  /** Set while it is scheduled for deletion. */
  deletion?: { requestedAt: number; dueAt: number };
  tags: Record<string, string>;
  /** By id. */
  versions: Record<string, SecretVersion>;
}

/** What the sandbox remembers of Secrets Manager. Plain JSON. */
export interface SecretsState {
  /** By name. */
  secrets: Record<string, Secret>;
}

export const emptySecrets = (): SecretsState => ({ secrets: {} });
