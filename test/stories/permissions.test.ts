import { CreateServiceLinkedRoleCommand } from '@aws-sdk/client-iam';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PolicyStatement, PolicyTarget } from '../../pipeline/core/policy.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { deployerParts, putPolicy, readBoundary, readPolicy } from '../support/deployer.ts';
import { permissionStories } from '../support/permission-stories.ts';
import { isAllowed, needlessIn, recordQuestions, type Recorded } from '../support/questions.ts';
import { startStory, type Story } from '../support/story.ts';
import { perform } from '../support/weather.ts';

const shop: PolicyTarget = {
  app: 'shop',
  environment: 'production',
  region: 'us-east-1',
  baseAmi: '/shop/base',
  domains: ['shop.example.com', 'www.shop.example.com'],
  topic: 'arn:aws:sns:us-east-1:123456789012:alarms',
  secrets: { MAIL_URL: 'secretsmanager:shop/mail', KEY: 'ssm:/shop/key' },
};

const statementsFor = async (target: PolicyTarget): Promise<PolicyStatement[]> =>
  (await Promise.all(deployerParts.map((part) => readPolicy(part, [target])))).flatMap(({ Statement }) => Statement);

const actionsOf = ({ Action }: PolicyStatement): string[] => [Action].flat();

/** Allowed to anybody who may deploy anything: what names no app. */
const everybodys =
  /^(ecr:GetAuthorizationToken|\w+:Describe\w+|(acm|route53):List\w+|ssm:GetParameter|iam:CreateServiceLinkedRole|pricing:\w+|servicequotas:\w+)$/;
const anyNetwork = /:(network-interface|subnet|vpc)\/|::image\/ami-0/;

let all: Recorded[];
let asked: Recorded[];
beforeAll(async () => {
  all = await recordQuestions(permissionStories);
  asked = all.filter(({ principal }) => principal.kind === 'user');
}, 300_000);

describe('the deployer’s policy', () => {
  it('allows all that the stories ask for', async () => {
    const statements = await statementsFor(shop);
    expect(asked.filter((question) => !isAllowed(statements, question))).toEqual([]);
  });

  it('has no action that no story needs, in any of its statements', async () => {
    expect(needlessIn(await statementsFor(shop), asked)).toEqual([]);
  });

  it.each([
    [
      'another app',
      { app: 'bank', environment: 'production', region: 'us-east-1', domains: ['example.com', 'bank.example.com'] },
    ],
    ['an app whose name begins alike', { app: 'shop-two', environment: 'production', region: 'us-east-1' }],
    ['another environment', { app: 'shop', environment: 'staging', region: 'us-east-1' }],
    ['another region', { app: 'shop', environment: 'production', region: 'eu-west-1' }],
  ])('of %s allows nothing of it but to look', async (_, other) => {
    const statements = await statementsFor(other);
    const touched = asked
      .filter(({ action }) => !everybodys.test(action))
      .filter((question) => isAllowed(statements, question))
      .map(({ action, resource }) => `${action} ${resource}`);
    // One repository of a region holds the images of all environments, and one boundary their roles.
    const isShared = (text: string) =>
      other.app === 'shop' &&
      (text.startsWith('iam:GetPolicy ') || (other.region === 'us-east-1' && text.startsWith('ecr:')));
    expect(touched.filter((text) => !anyNetwork.test(text) && !isShared(text))).toEqual([]);
  });
});

describe.each(['builder', 'instance'])('the policy of the role of each %s', (name) => {
  const role = `redeploy-shop-production-us-east-1-${name === 'instance' ? 'app' : name}`;
  const questions = () => all.filter(({ principal }) => principal.kind === 'role' && principal.name === role);

  it('allows all that machines ask for in the stories, and so does the boundary', async () => {
    expect(questions()).not.toEqual([]);
    for (const { Statement } of [await readPolicy(name, [shop]), await readBoundary([shop])])
      expect(questions().filter((question) => !isAllowed(Statement, question))).toEqual([]);
  });

  it('has no action that no machine needs', async () => {
    expect(needlessIn((await readPolicy(name, [shop])).Statement, questions())).toEqual([]);
  });
});

/** Takes an action out of all that the deployer has. */
async function withhold({ sandbox }: Story, action: string): Promise<void> {
  for (const part of deployerParts) {
    const { Version, Statement } = await readPolicy(part, [shop]);
    const actions = (one: PolicyStatement) => actionsOf(one).filter((name) => name !== action);
    const left = Statement.map((one) => Object.assign({}, one, { Action: actions(one) }));
    putPolicy(sandbox, part, { Version, Statement: left.filter(({ Action }) => Action.length > 0) });
  }
}

describe('a deploy with one action less', () => {
  it.each(['ec2:RunInstances', 'iam:PassRole', 'elasticloadbalancing:AddTags', 'secretsmanager:PutSecretValue'])(
    '%s is refused, and the refusal names it and the way out',
    async (action) => {
      await using story = await startStory({}, { timing: { ...timings.none, tickMs: 2500 } });
      await withhold(story, action);
      const failure = await perform(story, 'first deploy');
      expect(failure?.document.message).toMatch(new RegExp(`^AWS does not allow ${action} on arn:aws:`));
      expect(failure?.document.hint).toContain('`redeploy iam deployer`');
    },
  );

  it.each([
    ['elasticloadbalancing', 'balancer'],
    ['autoscaling', 'group'],
  ])('iam:CreateServiceLinkedRole for %s is refused with the account’s first %s, and not again', async (service) => {
    await using story = await startStory({}, { timing: { ...timings.none, tickMs: 2500 } });
    const narrow = (text: string) => text.replaceAll(new RegExp(`"${service}\\.amazonaws\\.com"`, 'g'), '"none"');
    const content = await readPolicy('deployer-content', [shop]);
    putPolicy(story.sandbox, 'deployer-content', JSON.parse(narrow(JSON.stringify(content))) as object);
    const failure = await perform(story, 'first deploy');
    expect(failure?.document.message).toMatch(
      new RegExp(
        `^AWS does not allow iam:CreateServiceLinkedRole on arn:aws:iam::\\d+:role/aws-service-role/${service}`,
      ),
    );
    const remedy = `aws iam create-service-linked-role --aws-service-name ${service}.amazonaws.com`;
    expect(failure?.document.lines?.join('\n')).toContain(remedy);
    // As whoever keeps the account does what that says.
    await story.account.iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: `${service}.amazonaws.com` }));
    expect(await perform(story, 'first deploy')).toBeUndefined();
  });

  it.each(['ecr:BatchGetImage', 'ecr:BatchCheckLayerAvailability', 'ecr:PutImage'])(
    '%s ends with the push, at once, and what a push takes is told',
    async (action) => {
      await using story = await startStory({}, { timing: { ...timings.none, tickMs: 2500 } });
      await withhold(story, action);
      const failure = await perform(story, 'first deploy');
      expect(failure?.document).toMatchObject({
        code: 'credentials',
        hint: expect.stringContaining('`redeploy iam deployer`') as string,
        lines: [expect.stringMatching(/403 Forbidden|ecr:PutImage/), expect.stringContaining(action)] as string[],
      });
      expect(JSON.stringify(story.events)).not.toContain('push broke off');
    },
  );
});
