import { AllocateAddressCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PolicyStatement, PolicyTarget } from '../../pipeline/core/policy.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { issueRoleCredentials } from '../../sandbox/engine/iam/credentials.ts';
import { deployerParts, makeDeployer, readPolicy, readTemplate } from '../support/deployer.ts';
import { clients, keyOf } from '../support/sandbox.ts';
import { startStory, type Story } from '../support/story.ts';
import { trespasses } from '../support/trespasses.ts';
import { machineAttempts } from '../support/trespasses/machines.ts';
import { theirs, type Others, type Trespasser } from '../support/trespasses/trespasser.ts';

// Two apps in one account: whoever deploys `shop`, and retires its old balancer, tries everything that he may on what `bank` has.

const shop: PolicyTarget = {
  app: 'shop',
  environment: 'production',
  region: 'us-east-1',
  domains: ['shop.example.com'],
  hostnames: ['shop.example.com'],
  old: { tag: 'Name=old-balancer' },
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
  'LookAtTheOldBalancer',
  'FollowScripts',
  'WatchNamesMove',
]);
const parts = [...deployerParts, 'retire'];

const statements: PolicyStatement[] = [];
for (const part of parts) statements.push(...(await readPolicy(part, [shop])).Statement);
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
  await makeDeployer(sandbox, [shop], parts);
  const principal = { kind: 'user', name: 'deployer' } as const;
  const by = { oldMachine: await launch('bank-balancer'), ownOldMachine: await launch('old-balancer') };
  trespasser = {
    aws: story.ctx.aws,
    sandbox,
    others: { ...othersOf(story), ...by, address: await reserve() },
    principal,
  };
}, 300_000);
afterAll(() => story[Symbol.asyncDispose]());

/** A balancer that somebody made by hand. */
async function launch(name: string): Promise<string> {
  const { account, clock, sandbox } = story;
  const ImageId = Object.values(sandbox.engine.state.ec2.images)[0]?.id;
  const Tags = [{ Key: 'Name', Value: name }];
  const machine = { ImageId, InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1 };
  const TagSpecifications = [{ ResourceType: 'instance' as const, Tags }];
  const { Instances } = await account.ec2.send(new RunInstancesCommand({ ...machine, TagSpecifications }));
  await clock.advance(60_000);
  return Instances?.[0]?.InstanceId ?? 'none';
}

async function reserve(): Promise<string> {
  const TagSpecifications = [{ ResourceType: 'elastic-ip' as const, Tags: theirs }];
  const made = await story.account.ec2.send(new AllocateAddressCommand({ Domain: 'vpc', TagSpecifications }));
  return made.AllocationId ?? 'none';
}

function othersOf({ sandbox }: Story): Omit<Others, 'oldMachine' | 'ownOldMachine' | 'address'> {
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
    builder: Object.values(ec2.instances).find(({ tags }) => tags['redeploy:role'] === 'builder')?.id ?? 'none',
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

/** Clients of a machine of `shop`, with its role and that alone. */
async function machineOf(name: 'instance' | 'builder') {
  const { account, sandbox } = story;
  const RoleName = `redeploy-shop-production-us-east-1-${name === 'instance' ? 'app' : name}`;
  const PolicyDocument = JSON.stringify(await readPolicy(name, [shop]));
  const AssumeRolePolicyDocument = await readTemplate('instance-trust');
  await account.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await account.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'redeploy', PolicyDocument }));
  const { Token, ...issued } = issueRoleCredentials(sandbox.engine, RoleName, 'i-0c0ffee0000000001');
  const aws = clients(sandbox, keyOf({ ...issued, SessionToken: Token }));
  return { aws, principal: { kind: 'role', name: RoleName } as const };
}

describe.each(['instance', 'builder'] as const)('the role of each %s of one app', (name) => {
  it('is refused everything that its policy allows on what another app has, and another environment', async () => {
    const { aws, principal } = await machineOf(name);
    const actions = (await readPolicy(name, [shop])).Statement.flatMap(({ Action }) => Action);
    const tried = Object.entries(machineAttempts).filter(([action]) => actions.includes(action));
    expect(tried.map(([action]) => action)).toEqual(
      actions.filter((action) => action !== 'ecr:GetAuthorizationToken').toSorted(),
    );
    const before = world();
    for (const [action, attempts] of tried) {
      for (const end of await Promise.allSettled(attempts({ ...trespasser, aws, principal })))
        expect(sayingOf(end)).toMatch(refusalOf(action));
    }
    expect(world()).toEqual(before);
  });
});

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
