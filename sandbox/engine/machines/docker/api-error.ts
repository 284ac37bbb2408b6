/** Whether Docker answered with this HTTP status: 404 no such thing, 409 conflict (name taken, in use), 304 already so. */
export const isDockerStatus = (error: unknown, status: number): boolean =>
  error instanceof Error && 'statusCode' in error && error.statusCode === status;

/** For idempotent acts: `undefined` where Docker answers with one of these statuses. */
export async function unlessStatus<T>(work: Promise<T>, ...statuses: number[]): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (statuses.some((status) => isDockerStatus(error, status))) return undefined;
    throw error;
  }
}
