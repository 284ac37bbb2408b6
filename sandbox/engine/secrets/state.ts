/** What the sandbox remembers of Secrets Manager. Plain JSON. */
export interface SecretsState {
  secrets: Record<string, never>;
}

export const emptySecrets = (): SecretsState => ({ secrets: {} });
