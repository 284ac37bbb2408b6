import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { createHash } from 'node:crypto';
import type { Context } from '../../core/context.ts';
import { isAwsError } from '../../core/errors.ts';
import { namesOf, tagsOf } from '../../core/names.ts';
import { readBelongings } from '../../core/retire/scripts.ts';
import { softwareOf } from '../../core/retire/software.ts';
import { Secret } from '../../core/secret.ts';
import type { Target } from '../../core/target.ts';
import { runOnOld } from './reach.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const limitBytes = 65_536;

/**
 * Keeps configuration, crontabs and firewall of the old machine as text, in a secret: configurations hold passwords.
 * The image that `retire snapshot` makes holds everything; this is for reading. Returns the secret's name.
 */
export async function keepBelongings(ctx: Context, target: Target, machine: string): Promise<string> {
  const script = readBelongings(softwareOf(target.retire));
  const said = Buffer.from(await runOnOld(ctx, target, { machine, script }));
  const text = new Secret(said.subarray(0, limitBytes).toString('utf8'));
  const { oldBalancerSecret: name } = namesOf(target);
  // The same text is the same version: a second run adds none.
  const version = createHash('sha256').update(name).update(text.reveal()).digest('hex');
  try {
    await ctx.aws.secretsManager.send(
      new CreateSecretCommand({
        Name: name,
        Description: `Configuration of the old load balancer ${machine}`,
        ClientRequestToken: version,
        SecretString: text.reveal(),
        Tags: tagsOf(target, 'old-balancer'),
      }),
    );
  } catch (error) {
    if (!isAwsError(error, 'ResourceExistsException')) throw error;
    await ctx.aws.secretsManager.send(
      new PutSecretValueCommand({ SecretId: name, ClientRequestToken: version, SecretString: text.reveal() }),
    );
  }
  return name;
}
