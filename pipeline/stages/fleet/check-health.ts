import { addressOf } from '../../core/address.ts';
import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { hasCode, runtimeHealthPath } from '../../core/health.ts';
import type { World } from '../../core/observe.ts';
import type { Target } from '../../core/target.ts';
import { findTargetGroup } from '../foundation/target-group.ts';

/** Each goes to the next machine. */
const questions = 3;

/**
 * Asks the live release for the page of `health.path` before the balancer does: the check changes at once, for all machines, and
 * one that the live release fails would end the whole fleet. Throws `settings`. No answer at all is no evidence.
 */
export async function checkHealth(
  ctx: Context,
  target: Target,
  { fleet, balancer }: World,
  host: string | undefined,
): Promise<void> {
  const isServing = fleet?.machines.some(({ health }) => health === 'healthy');
  const { path, codes } = target.health;
  if (path === runtimeHealthPath && hasCode(codes, 200)) return;
  if (!fleet || !balancer || !isServing || (await isChecked(ctx, target))) return;
  const url = `${addressOf(target, balancer.dnsName)}${path}`;
  const headers = host ? { host } : {};
  const ask = () =>
    ctx.http({ url, headers, timeoutMs: 10_000 }).then(
      ({ status }) => status,
      () => undefined,
    );
  const answers = await Promise.all(Array.from({ length: questions }, ask));
  const wrong = answers.find((status) => status !== undefined && !hasCode(codes, status));
  if (wrong === undefined) return;
  throw new DeployError(
    'settings',
    `${path} of ${fleet.live}, which is live, answers with ${wrong}, health.codes is ${codes}: its machines would be taken for dead`,
    { hint: 'deploy the release that answers it first, with health as it was; then change health.path' },
  );
}

/** Whether the balancer checks that page already. */
async function isChecked(ctx: Context, target: Target): Promise<boolean> {
  const { path, codes } = target.health;
  const found = await findTargetGroup(ctx, target);
  return !found || (found.group.HealthCheckPath === path && found.group.Matcher?.HttpCode === codes);
}
