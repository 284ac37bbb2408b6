/** What the sandbox remembers of IAM. Plain JSON. */
export interface IamState {
  roles: Record<string, never>;
}

export const emptyIam = (): IamState => ({ roles: {} });
