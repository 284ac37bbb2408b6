import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { CreateLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Context } from '../../pipeline/core/context.ts';
import { cutover, type CutoverOptions } from '../../pipeline/commands/cutover.ts';
import { retireBack } from '../../pipeline/commands/retire/back.ts';
import { retireForward } from '../../pipeline/commands/retire/forward.ts';
import { retirePlan } from '../../pipeline/commands/retire/plan.ts';
import { retireReleaseIp } from '../../pipeline/commands/retire/release-ip.ts';
import { retireSnapshot } from '../../pipeline/commands/retire/snapshot.ts';
import { retireStop } from '../../pipeline/commands/retire/stop.ts';
import { retireTerminate } from '../../pipeline/commands/retire/terminate.ts';
import { retireWatch } from '../../pipeline/commands/retire/watch.ts';
import { stepNames, type StepName } from '../../pipeline/core/retire/evidence.ts';
import { resolve } from '../../sandbox/engine/route53/resolve.ts';
import { deployerParts, deployerTargets, makeDeployer } from './deployer.ts';
import { oldHaproxy, type OldHaproxy } from './old-haproxy.ts';
import { giveAddress, host, launchOldMachine, leadName } from './old-machine.ts';
import { sealAnswer } from './sealed.ts';
import { startStory, type Story, type StorySandbox } from './story.ts';

export const hour = 3_600_000;

/** An app that is deployed, and the old machine that its name still leads to. */
export interface Retirement extends AsyncDisposable {
  story: Story;
  ctx: Context;
  old: OldHaproxy;
  machine: { id: string; address: string };
  /** How the two sides answer; what a test changes is how they differ. */
  sides: { old: Side; new: Side };
  /** Probes of each side since the beginning. */
  asked: { old: number; new: number };
  /** Carries out a step; `ctx` unless given is the story's. */
  take(step: StepName | 'back', ctx?: Context): Promise<unknown>;
  cutover(options?: CutoverOptions, ctx?: Context): ReturnType<typeof cutover>;
  /** Takes all steps up to and with this one, waiting in between as long as they want. */
  takeUpTo(step: StepName): Promise<void>;
  /** The value of the name's A records, weighted ones with their weight. */
  records(): string[];
  state(): string;
  /** A machine that only hands switch: kind elsewhere. */
  hand: { isUp: boolean };
}

export interface Side {
  status: number;
  body: string;
  /** Every so manieth request is answered with 502. */
  failsEvery?: number;
}

const page: Side = { status: 200, body: '<html>shop</html>' };

const settings = {
  kind: 'ec2',
  tag: 'Name=old-balancer',
  hostnames: [host],
  appServers: ['10.0.0.11:3000', '10.0.0.12:3000'],
  soakHours: 2,
  isWeekly: false,
  stoppedHours: 1,
  shiftPauseSeconds: 300,
  resolvers: ['resolver'],
};

/** Opens the story with a deployed app, a zone and the old machine with its Elastic IP. */
export async function startRetirement(
  retire: Record<string, unknown> = {},
  around: StorySandbox = {},
): Promise<Retirement> {
  // What has no agent of Systems Manager is reached by a command.
  const shell = retire['kind'] === undefined ? undefined : ['ssh', 'root@old-balancer'];
  const story = await startStory({ retire: { ...settings, shell, ...retire } }, around);
  await makeDeployer(story.sandbox, await deployerTargets(story.app), [...deployerParts, 'retire']);
  await story.clock.run(() => newBalancer(story));
  const isElsewhere = retire['kind'] !== undefined;
  const { instances } = story.sandbox.engine.state.ec2;
  const hand = { isUp: true };
  const isUp = () => (isElsewhere ? hand.isUp : instances[machine.id]?.state === 'running');
  const old = oldHaproxy(() => story.clock.now(), isUp);
  story.machines.behave((spec) => ({
    ...story.played.behaviour(spec),
    shell: (script) => ({ stdout: sealAnswer(script, old.answer(script)) }),
  }));
  const machine = isElsewhere ? { ...away } : await story.clock.run(() => oldMachine(story));
  const sides = { old: { ...page }, new: { ...page } };
  const asked = { old: 0, new: 0 };
  const ctx = contextOf({ story, old, machine, sides, asked, isUp });

  const act = async (step: StepName | 'back', ctx: Context): Promise<unknown> => {
    const target = await story.target();
    const confirm = async (question: string) => /Type (.*) to go on/.exec(question)?.[1] ?? '';
    switch (step) {
      case 'plan':
        return retirePlan(ctx, target);
      case 'shift':
        return cutover(ctx, target, {});
      case 'forward':
        return retireForward(ctx, target, { show: false });
      case 'watch':
        return retireWatch(ctx, target, { once: true });
      case 'stop':
        return retireStop(ctx, target);
      case 'snapshot':
        return retireSnapshot(ctx, target);
      case 'terminate':
        return retireTerminate(ctx, target, { confirm });
      case 'release-ip':
        return retireReleaseIp(ctx, target, { confirm });
      case 'back':
      default:
        return retireBack(ctx, target);
    }
  };
  const take = (step: StepName | 'back', own = ctx) => story.clock.run(() => act(step, own));
  return {
    story,
    ctx,
    old,
    machine,
    sides,
    asked,
    take,
    cutover: (options = {}, own = ctx) => story.clock.run(async () => cutover(own, await story.target(), options)),
    takeUpTo: async (last) => {
      for (const step of stepNames) {
        await waitBefore(story, step, () => take('watch'));
        await take(step);
        if (step === last) return;
      }
    },
    records: () => recordsOf(story),
    hand,
    state: () => instances[machine.id]?.state ?? 'gone',
    [Symbol.asyncDispose]: () => story[Symbol.asyncDispose](),
  };
}

/** A machine that no API leads to. */
const away: Retirement['machine'] = { id: '198.51.100.9', address: '198.51.100.9' };

/** What soaks must soak. */
export async function waitBefore(story: Story, step: StepName, watch: () => Promise<unknown>): Promise<void> {
  if (step === 'stop') {
    await story.clock.advance(2 * hour + 1000);
    await watch();
  }
  if (step === 'terminate') await story.clock.advance(hour + 1000);
}

/** All that the retirement sees of a deployed app; what is behind it is played. */
async function newBalancer({ account, clock }: Story): Promise<void> {
  const { Subnets = [] } = await account.ec2.send(new DescribeSubnetsCommand({}));
  const ids = Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId);
  await account.elbv2.send(new CreateLoadBalancerCommand({ Name: 'shop-production', Subnets: ids }));
  await clock.sleep(120_000);
}

async function oldMachine({ ctx, account }: Story): Promise<Retirement['machine']> {
  const id = await launchOldMachine(account, 80);
  await ctx.clock.sleep(60_000);
  const address = await giveAddress(account, id);
  await leadName(account, address, 300);
  return { id, address };
}

interface Parts {
  story: Story;
  old: OldHaproxy;
  machine: Retirement['machine'];
  sides: Retirement['sides'];
  asked: Retirement['asked'];
  isUp: () => boolean;
}

function contextOf({ story, old, machine, sides, asked, isUp }: Parts): Context {
  return {
    ...story.ctx,
    sh: old.sh,
    dns: async ({ name, type }) => {
      const resolution = resolve(story.sandbox.engine, { name, type });
      if (resolution.kind === 'refused') throw new Error('refused');
      return resolution.records.map(({ value, ttl }) => ({ value, ttlSeconds: ttl }));
    },
    http: async (request) => {
      const side = request.url.includes(machine.address) ? 'old' : 'new';
      if (side === 'old' && !isUp()) throw new Error('connect ECONNREFUSED');
      asked[side] += 1;
      const { status, body, failsEvery } = sides[side];
      const isFailing = failsEvery !== undefined && asked[side] % failsEvery === 0;
      return { status: isFailing ? 502 : status, headers: {}, body };
    },
  };
}

function recordsOf({ sandbox }: Story): string[] {
  const all = Object.values(sandbox.engine.state.route53.zones).flatMap(({ records }) => records);
  return all
    .filter(({ name, type }) => name === `${host}.` && type === 'A')
    .map(({ values, alias, weight }) =>
      [alias ? 'new' : values?.join(), weight === undefined ? '' : `weight ${weight}`].filter(Boolean).join(' '),
    );
}
