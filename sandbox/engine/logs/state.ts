/** One line of a log. Times are milliseconds since the epoch. */
export interface LogEvent {
  /** 56 digits that sort as the events do. */
  id: string;
  timestamp: number;
  message: string;
  ingestedAt: number;
}

export interface LogStream {
  name: string;
  arn: string;
  createdAt: number;
  /** In the order of their timestamps; only the newest are kept (see `keptEvents`). */
  events: LogEvent[];
}

export interface LogGroup {
  name: string;
  /** Without the `:*` that some answers put at its end. */
  arn: string;
  createdAt: number;
  retentionDays?: number;
  tags: Record<string, string>;
  /** By name. */
  streams: Record<string, LogStream>;
}

/** What the sandbox remembers of CloudWatch Logs. Plain JSON. */
export interface LogsState {
  /** By name. */
  groups: Record<string, LogGroup>;
}

/** How many events of a stream the sandbox keeps; AWS keeps them all. */
export const keptEvents = 5000;

export const emptyLogs = (): LogsState => ({ groups: {} });
