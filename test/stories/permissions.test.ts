import { beforeAll, describe, expect, it } from 'vitest';
import type { PolicyStatement, PolicyTarget } from '../../pipeline/core/policy.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { deployerParts, putPolicy, readPolicy } from '../support/deployer.ts';
import { permissionStories } from '../support/permission-stories.ts';
import { isAllowed, recordQuestions, type Recorded } from '../support/questions.ts';
import { startStory } from '../support/story.ts';
import { perform } from '../support/weather.ts';

/** Asked for by AWS alone, or by the real Docker: why, and the page that says so. */
const unseen: Record<string, string> = {
  'iam:CreateServiceLinkedRole':
    'the first group and the first balancer of an account: https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html',
  'ecr:BatchGetImage':
    'docker push looks for the tag first: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html',
};

const shop: PolicyTarget = {
  app: 'shop',
  environment: 'production',
  region: 'us-east-1',
  baseAmi: '/shop/base',
  domains: ['shop.example.com', 'www.shop.example.com'],
  secrets: { MAIL_URL: 'secretsmanager:shop/mail', KEY: 'ssm:/shop/key' },
};

const statementsFor = async (target: PolicyTarget): Promise<PolicyStatement[]> =>
  (await Promise.all(deployerParts.map((part) => readPolicy(part, [target])))).flatMap(({ Statement }) => Statement);

const actionsOf = ({ Action }: PolicyStatement): string[] => [Action].flat();

/** Allowed to anybody who may deploy anything: what names no app. */
const everybodys =
  /^(ecr:GetAuthorizationToken|\w+:Describe\w+|(acm|route53):List\w+|ssm:GetParameter|iam:CreateServiceLinkedRole|pricing:\w+|servicequotas:\w+)$/;
const anyNetwork = /:(network-interface|subnet|vpc)\/|::image\/ami-0/;

let asked: Recorded[];
beforeAll(async () => {
  asked = (await recordQuestions(permissionStories)).filter(({ principal }) => principal.kind === 'user');
}, 300_000);

describe('the deployer’s policy', () => {
  it('allows all that the stories ask for', async () => {
    const statements = await statementsFor(shop);
    expect(asked.filter((question) => !isAllowed(statements, question))).toEqual([]);
  });

  it('has no action that no story needs, in any of its statements', async () => {
    const statements = await statementsFor(shop);
    const needless: string[] = [];
    for (const [at, statement] of statements.entries()) {
      for (const action of actionsOf(statement)) {
        const without = { ...statement, Action: actionsOf(statement).filter((one) => one !== action) };
        const left = statements.with(at, without);
        const missed = asked.find((question) => question.action === action && !isAllowed(left, question));
        if (!missed && !(action in unseen)) needless.push(`${statement.Sid}: ${action}`);
      }
    }
    expect(needless).toEqual([]);
    expect(Object.keys(unseen).filter((action) => asked.some((question) => question.action === action))).toEqual([]);
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

describe('a deploy with one action less', () => {
  it.each(['ec2:RunInstances', 'iam:PassRole', 'elasticloadbalancing:AddTags', 'secretsmanager:PutSecretValue'])(
    '%s is refused, and the refusal names it and the way out',
    async (action) => {
      await using story = await startStory({}, { timing: { ...timings.none, tickMs: 2500 } });
      for (const part of deployerParts) {
        const { Statement } = await readPolicy(part, [shop]);
        const left = Statement.map((one) =>
          Object.assign({}, one, { Action: actionsOf(one).filter((name) => name !== action) }),
        );
        putPolicy(story.sandbox, part, {
          Version: '2012-10-17',
          Statement: left.filter(({ Action }) => Action.length > 0),
        });
      }
      const failure = await perform(story, 'first deploy');
      expect(failure?.document.message).toMatch(new RegExp(`^AWS does not allow ${action} on arn:aws:`));
      expect(failure?.document.hint).toContain('`redeploy iam deployer`');
    },
  );
});
