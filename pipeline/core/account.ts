import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Context } from './context.ts';
import { DeployError } from './errors.ts';

/** Number of the account whose credentials these are. Throws `credentials`. */
export async function accountOf(ctx: Pick<Context, 'aws'>): Promise<string> {
  const { Account } = await ctx.aws.sts.send(new GetCallerIdentityCommand({}));
  if (!Account) throw new DeployError('credentials', 'AWS does not say whose credentials these are');
  return Account;
}
