import { beforeAll, describe, expect, it } from 'vitest';
import type { PolicyStatement, PolicyTarget } from '../../pipeline/core/policy.ts';
import { deployerParts, readPolicy } from '../support/deployer.ts';
import { isAllowed, needlessIn, recordQuestions, type Recorded } from '../support/questions.ts';
import { retirementStories } from '../support/retirement-stories.ts';

const shop: PolicyTarget = {
  app: 'shop',
  environment: 'production',
  region: 'us-east-1',
  hostnames: ['shop.example.com'],
};

/** What whoever retires has: the deployer's, and in the end what is for the retirement. */
async function statementsFor(
  old: PolicyTarget['old'],
): Promise<[deployers: PolicyStatement[], own: PolicyStatement[]]> {
  const target = { ...shop, old };
  const deployers = await Promise.all(deployerParts.map((part) => readPolicy(part, [target])));
  return [deployers.flatMap(({ Statement }) => Statement), (await readPolicy('retire', [target])).Statement];
}

let asked: Recorded[];
let machine: string;
beforeAll(async () => {
  asked = (await recordQuestions(retirementStories)).filter(({ principal }) => principal.kind === 'user');
  const terminated = asked.find(({ action }) => action === 'ec2:TerminateInstances');
  machine = terminated?.resource.split('/')[1] ?? '';
}, 120_000);

/** Both ways in which redeploy.json can name the old machine. */
const named: [string, () => PolicyTarget['old']][] = [
  ['tag', () => ({ tag: 'Name=old-balancer' })],
  ['id', () => ({ instance: machine })],
];

describe.each(named)('the policy for a retirement of a machine named by its %s', (_, old) => {
  it('allows, with the deployer’s, all that the steps and their way back ask for', async () => {
    const statements = (await statementsFor(old())).flat();
    expect(asked.filter((question) => !isAllowed(statements, question))).toEqual([]);
  });

  it('has no action that no step needs, in any of its statements', async () => {
    const [deployers, own] = await statementsFor(old());
    expect(needlessIn(own, asked, deployers)).toEqual([]);
  });
});
