import type * as client from '@aws-sdk/client-ec2';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';

/** A handler of one EC2 operation. */
export type Ec2Handler<Name extends string> = HandlerFor<typeof client, Name>;

/** Ends a call that only wanted to know whether it would have worked; to be called when nothing more can be refused. */
export function endDryRun(input: { DryRun?: boolean | undefined }): void {
  if (!input.DryRun) return;
  throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', { status: 412 });
}
