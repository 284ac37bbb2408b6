import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PolicyStatement, PolicyTarget } from '../../pipeline/core/policy.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { deployerParts, makeDeployer, readPolicy } from '../support/deployer.ts';
import { startStory, type Story } from '../support/story.ts';
import { trespasses } from '../support/trespasses.ts';
import type { Others, Trespasser } from '../support/trespasses/trespasser.ts';

// Two apps in one account: whoever deploys `shop` tries everything that he may do on what `bank` has.

const shop: PolicyTarget = {
  app: 'shop',
  environment: 'production',
  region: 'us-east-1',
  domains: ['shop.example.com'],
  topic: 'arn:aws:sns:us-east-1:123456789012:shop',
  secrets: { MAIL_URL: 'secretsmanager:shop/mail', KEY: 'ssm:/shop/key' },
};

/** What AWS cannot narrow to an app: looking, logging in, AWS's own roles. */
const everybodys = new Set([
  'LookAround',
  'LookPricesUp',
  'LookAtNamesAndCertificates',
  'LogInToTheRegistry',
  'LetAwsMakeItsOwnRoles',
]);

const statements: PolicyStatement[] = [];
for (const part of deployerParts) statements.push(...(await readPolicy(part, [shop])).Statement);
const narrowed = statements.filter(({ Sid }) => !everybodys.has(Sid ?? '')).flatMap(({ Action }) => Action);

let story: Story;
let trespasser: Trespasser;
beforeAll(async () => {
  story = await startStory(
    { app: 'bank', balancer: { domain: 'bank.example.com' }, rollout: { keepPreviousMinutes: 600 } },
    { timing: { ...timings.none, tickMs: 2500 } },
  );
  await writeFile(path.join(story.app, 'settings/production.env'), 'MAIL_URL=smtp://mail.example.com\n');
  const { account, sandbox } = story;
  await account.route53.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }));
  await account.ssm.send(new PutParameterCommand({ Name: '/bank/key', Value: 'secret', Type: 'String' }));
  await account.sns.send(new CreateTopicCommand({ Name: 'bank' }));
  await story.deploy();
  await story.edit('second line\n');
  await story.deploy();
  // From here on it is another app's deployer who holds the key.
  await makeDeployer(sandbox, [shop]);
  trespasser = { aws: story.ctx.aws, sandbox, others: othersOf(story) };
}, 300_000);
afterAll(() => story[Symbol.asyncDispose]());

function othersOf({ sandbox }: Story): Others {
  const { acm, autoscaling, ec2, elb, iam, route53 } = sandbox.engine.state;
  const one = (all: Record<string, unknown>): string => Object.keys(all)[0] ?? 'none';
  const machine = Object.values(ec2.instances).find(({ state }) => state === 'running');
  const image = Object.values(ec2.images).find(({ tags }) => tags['redeploy:role'] === 'ami');
  return {
    group: 'bank-production',
    spareGroup: Object.keys(autoscaling.groups).find((name) => name.includes('spare')) ?? 'none',
    template: 'bank-production',
    machine: machine?.id ?? 'none',
    image: image?.id ?? 'none',
    snapshot: image?.devices[0]?.snapshotId ?? 'none',
    securityGroup: Object.values(ec2.securityGroups).find(({ name }) => name === 'bank-production-app')?.id ?? 'none',
    balancer: one(elb.loadBalancers),
    listener: one(elb.listeners),
    targetGroup: one(elb.targetGroups),
    subnets: Object.keys(ec2.subnets).slice(0, 2),
    role: Object.keys(iam.roles).find((name) => name.endsWith('-app')) ?? 'none',
    profile: Object.keys(iam.instanceProfiles).find((name) => name.endsWith('-app')) ?? 'none',
    secret: 'redeploy/bank/production',
    certificate: one(acm.certificates),
    zone: one(route53.zones),
  };
}

/** Everything but what moves by itself. */
const world = () => {
  const { autoscaling, cloudwatch, ...rest } = story.sandbox.engine.state;
  return structuredClone({ ...rest, groups: Object.keys(autoscaling.groups), alarms: cloudwatch.alarms });
};

/** Auto Scaling says no more of what a launch template lacks. */
const refusalOf = (action: string) =>
  new RegExp(`not authorized to perform: ${action} on |^You are not authorized to use launch template`);

const sayingOf = (end: PromiseSettledResult<unknown>): string =>
  end.status === 'rejected' ? (end.reason as Error).message : 'it was done';

describe('whoever deploys one app', () => {
  it('is tried with every action of the policy that AWS can narrow, on things that are there', () => {
    expect(Object.keys(trespasses).toSorted()).toEqual([...new Set(narrowed)].toSorted());
    expect(Object.values(trespasser.others)).not.toContain('none');
  });

  it.each(Object.keys(trespasses))('is refused %s on what another app has', async (action) => {
    const before = world();
    const attempts = trespasses[action]?.(trespasser) ?? [];
    expect(attempts).not.toEqual([]);
    for (const end of await Promise.allSettled(attempts)) expect(sayingOf(end)).toMatch(refusalOf(action));
    expect(world()).toEqual(before);
  });
});
