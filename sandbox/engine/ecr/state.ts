/** What the sandbox remembers of ECR. Plain JSON. */
export interface EcrState {
  repositories: Record<string, never>;
}

export const emptyEcr = (): EcrState => ({ repositories: {} });
