/** What the sandbox remembers of CloudWatch Logs. Plain JSON. */
export interface LogsState {
  groups: Record<string, never>;
}

export const emptyLogs = (): LogsState => ({ groups: {} });
