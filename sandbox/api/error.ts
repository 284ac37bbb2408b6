interface AwsErrorOptions {
  status?: number;
  members?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** An error as AWS answers it: `code` is the error name that SDK users see, `status` the HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error shape, if it has any. */
  readonly members: Record<string, unknown>;
  /** Further HTTP headers, such as Retry-After. */
  readonly headers: Record<string, string>;

  constructor(code: string, message: string, options: AwsErrorOptions = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }
}
