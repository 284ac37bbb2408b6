import type { Context } from '../../core/context.ts';
import { askableName } from '../../core/dns.ts';
import { messageOf } from '../../core/errors.ts';
import type { Finding } from '../../core/retire/finding.ts';
import { compare, questionsOf, type Answer, type Question } from '../../core/retire/parity.ts';
import type { Target } from '../../core/target.ts';

/** Where the two sides answer. */
export interface Sides {
  /** Address of the old machine. */
  old: string;
  /** DNS name of the new balancer. */
  new: string;
}

/** Asks old and new the same, each at its own address for each public name, and says where they differ. */
export async function findDifferences(ctx: Context, target: Target, sides: Sides): Promise<Finding[]> {
  const questions = questionsOf(target.retire, target.balancer.certificate !== undefined);
  const findings: Finding[] = [];
  for (const name of target.retire.hostnames) {
    const host = askableName(name);
    for (const question of questions) {
      const [old, fresh] = await Promise.all([
        ask(ctx, question, { host, base: baseOf(target, sides, 'old', question.scheme) }),
        ask(ctx, question, { host, base: baseOf(target, sides, 'new', question.scheme) }),
      ]);
      findings.push(...compare(question, name, old, fresh));
    }
  }
  return findings;
}

/** `https://203.0.113.9:443`: the address itself, whatever the name means just now. */
export function baseOf(target: Target, sides: Sides, side: keyof Sides, scheme: Question['scheme']): string {
  const ports = side === 'old' ? target.retire : target.balancer;
  return `${scheme}://${sides[side]}:${scheme === 'https' ? ports.httpsPort : ports.httpPort}`;
}

async function ask(ctx: Context, question: Question, at: { host: string; base: string }): Promise<Answer> {
  const { method, path, headers, bodyBytes } = question;
  const length = bodyBytes > 0 ? { 'content-length': String(bodyBytes) } : {};
  try {
    return await ctx.http({
      url: `${at.base}${path}`,
      method,
      headers: { 'user-agent': 'redeploy-retire', ...headers, ...length, host: at.host },
      ...(bodyBytes > 0 && { body: Buffer.alloc(bodyBytes, 'x') }),
      timeoutMs: 15_000,
    });
  } catch (error) {
    return { error: messageOf(error) };
  }
}
