import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { failed, ok, warning, type Verdict } from '../../core/check.ts';
import type { Context } from '../../core/context.ts';
import { durationText } from '../../core/duration.ts';
import type { Target } from '../../core/target.ts';

/** Who calls, and what AWS's clock said at that moment. */
export interface Caller {
  arn: string;
  account: string;
  /** By the Date header; undefined when there was none. */
  awsNowMs: number | undefined;
  ownNowMs: number;
}

/** Asks STS, which answers everybody who has valid credentials. */
export async function findCaller(ctx: Context): Promise<Caller> {
  const request = new GetCallerIdentityCommand({});
  let date: string | undefined;
  request.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      date = (answer.response as { headers?: Record<string, string> }).headers?.['date'];
      return answer;
    },
    { step: 'deserialize', priority: 'low', name: 'readDate' },
  );
  const { Arn: arn = '', Account: account = '' } = await ctx.aws.sts.send(request);
  return {
    arn,
    account,
    awsNowMs: date === undefined ? undefined : Date.parse(date),
    ownNowMs: ctx.clock.now(),
  };
}

export function judgeCredentials({ arn, account }: Caller, { region }: Pick<Target, 'region'>): Verdict {
  const what = `${arn} in account ${account}, region ${region}`;
  if (!arn.endsWith(':root')) return ok(what);
  return warning(`${what}: the root user may do anything`, 'use a role or user of its own: redeploy iam');
}

/**
 * AWS refuses signatures that are more than 5 minutes off; the SDK corrects that, other tools on this computer do not.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
 */
export function judgeClock({ awsNowMs, ownNowMs }: Pick<Caller, 'awsNowMs' | 'ownNowMs'>): Verdict {
  if (awsNowMs === undefined) return ok('AWS did not name its time');
  const seconds = Math.round((ownNowMs - awsNowMs) / 1000);
  const what = `this clock is ${durationText(Math.abs(seconds) * 1000)} ${seconds < 0 ? 'behind' : 'ahead of'} that of AWS`;
  const remedy = 'set the clock: sudo timedatectl set-ntp true';
  if (Math.abs(seconds) > 300) return failed(what, remedy);
  return Math.abs(seconds) > 60 ? warning(what, remedy) : ok(what);
}
