import { failed, ok, skipped, warning, type Verdict } from '../core/check.ts';
import type { Context } from '../core/context.ts';
import { DeployError, messageOf } from '../core/errors.ts';
import { observe } from '../core/observe.ts';
import type { Target } from '../core/target.ts';
import { resolveBaseAmi } from '../stages/ami/base-ami.ts';
import { checkAlarms } from '../stages/doctor/alarms.ts';
import { findCaller, judgeClock, judgeCredentials } from '../stages/doctor/account.ts';
import { checkDisk, checkDocker, checkMeteor, judgeNode } from '../stages/doctor/computer.ts';
import { checkFleet } from '../stages/doctor/fleet.ts';
import { checkPermissions } from '../stages/doctor/permissions.ts';
import { checkQuotas } from '../stages/doctor/quotas.ts';
import { checkCertificate, checkDomain } from '../stages/doctor/site.ts';
import { checkTopic } from '../stages/fleet/check-topic.ts';
import { checkTypes } from '../stages/fleet/check-types.ts';
import { findNetwork } from '../stages/foundation/network.ts';
import { readPayload } from '../stages/payload.ts';

/** One check and what it came to. */
export interface Check extends Verdict {
  name: string;
}

/** What `redeploy doctor` found. Plain JSON. */
export interface Doctor {
  app: string;
  environment: string;
  region: string;
  checks: Check[];
  isFit: boolean;
}

export interface DoctorOptions {
  /** A bundle made elsewhere: then no Meteor is needed. */
  bundle?: string;
}

type Checks = Record<string, () => Promise<Verdict>>;

/**
 * Looks at everything that a deploy needs, on this computer and in AWS, side by side. Changes nothing and never throws for what
 * it finds. Without credentials the checks in AWS are not made.
 */
export async function doctor(ctx: Context, target: Target, options: DoctorOptions = {}): Promise<Doctor> {
  const [here, there] = await Promise.all([runAll(localChecks(ctx, target, options)), checkAccount(ctx, target)]);
  const checks = [...here, ...there];
  const { app, environment, region } = target;
  return { app, environment, region, checks, isFit: checks.every(({ verdict }) => verdict !== 'failed') };
}

const localChecks = (ctx: Context, target: Target, options: DoctorOptions): Checks => ({
  docker: () => checkDocker(ctx),
  disk: () => checkDisk(ctx),
  meteor: () => checkMeteor(ctx, target, options),
  node: async () => judgeNode(process.versions.node),
  settings: async () => {
    await readPayload(ctx, target);
    return ok('settings and environment variables can be read, and fit');
  },
});

async function checkAccount(ctx: Context, target: Target): Promise<Check[]> {
  try {
    const caller = await findCaller(ctx);
    const own = { credentials: async () => judgeCredentials(caller, target), clock: async () => judgeClock(caller) };
    return [...(await runAll(own)), ...(await runAll(accountChecks(ctx, target)))];
  } catch (error) {
    const untold = skipped('not checked without credentials');
    const names = Object.keys(accountChecks(ctx, target));
    return [named('credentials', verdictOf(error)), ...names.map((name) => named(name, untold))];
  }
}

function accountChecks(ctx: Context, target: Target): Checks {
  // Several checks look at the same world, and at the same ROOT_URL.
  let seen: ReturnType<typeof observe> | undefined;
  const world = () => (seen ??= observe(ctx, target));
  // What is wrong with the settings is said by their own check.
  const rootUrl = async () => {
    const payload = await readPayload(ctx, target).catch(() => undefined);
    return payload?.env.reveal()['ROOT_URL'];
  };
  return {
    permissions: () => checkPermissions(ctx, target),
    quotas: async () => checkQuotas(ctx, target, await world()),
    network: async () => {
      const [{ vpc, subnets }] = await Promise.all([findNetwork(ctx, target), checkTypes(ctx, target)]);
      return ok(`${subnets.length} zones in ${vpc} offer ${target.instance.type}`);
    },
    'base AMI': async () => {
      const { id } = await resolveBaseAmi(ctx, target);
      return ok(`${id} is ${target.architecture}, as ${target.instance.type} is`);
    },
    certificate: async () => checkCertificate(ctx, target, hostOf(await rootUrl())),
    domain: async () => {
      const { fleet, balancer } = await world();
      const where = { rootUrl: await rootUrl(), live: fleet?.live, balancer: balancer?.dnsName };
      return await checkDomain(ctx, target, where);
    },
    alarms: () => checkAlarms(ctx, target),
    notifications: () => checkNotifications(ctx, target),
    fleet: async () => checkFleet(ctx, target, await world()),
  };
}

async function checkNotifications(ctx: Context, target: Target): Promise<Verdict> {
  const { topic } = target.notifications;
  if (topic === undefined) return ok('notifications.topic names none');
  const doubt = await checkTopic(ctx, target);
  if (doubt === undefined) return ok(`${topic} is there`);
  return warning(
    doubt,
    'is its policy such that Auto Scaling may publish, and `redeploy iam` printed since it was named?',
  );
}

const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;

const named = (name: string, verdict: Verdict): Check => ({ name, ...verdict });

const runAll = (checks: Checks): Promise<Check[]> =>
  Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        return named(name, await check());
      } catch (error) {
        return named(name, verdictOf(error));
      }
    }),
  );

const noRight = /AccessDenied|UnauthorizedOperation|AuthorizationError/;

/** What a check could not do is a finding as well. */
function verdictOf(error: unknown): Verdict {
  if (error instanceof DeployError) return failed(error.message, error.hint ?? 'redeploy deploy would say the same');
  const name = error instanceof Error ? error.name : '';
  if (name === 'CredentialsProviderError')
    return failed('found no usable AWS credentials', 'log in: aws configure or aws sso login, or set AWS_PROFILE');
  const what = `${name === 'Error' ? '' : `${name}: `}${messageOf(error)}`;
  if (noRight.test(name)) return failed(what, 'give the deployer what `redeploy iam` prints');
  if (/Credential|Token|Signature/.test(name)) return failed(what, 'log in: aws sso login, or set AWS_PROFILE');
  return failed(what, 'see that this computer reaches AWS in that region');
}
