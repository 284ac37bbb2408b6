import { DeployError } from '../../pipeline/core/errors.ts';

/** The expected failure that the work ends with. Throws when it ends well, or with anything else. */
export const failureOf = async (work: Promise<unknown>): Promise<DeployError> => {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof DeployError) return error;
  throw error;
};
