import { CreateTagsCommand, ModifyInstanceAttributeCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { RetireStatus } from '../../pipeline/commands/retire/status.ts';
import { retireStatus } from '../../pipeline/commands/retire/status.ts';
import { retireTerminate } from '../../pipeline/commands/retire/terminate.ts';
import type { StepName } from '../../pipeline/core/retire/evidence.ts';
import { startRetirement, hour, type Retirement } from '../support/retirement.ts';

const statusOf = ({ story, ctx }: Retirement): Promise<RetireStatus> =>
  story.clock.run(async () => retireStatus(ctx, await story.target()));
const failure = (work: Promise<unknown>): Promise<Error & { lines?: string[] }> =>
  work.then(
    () => new Error('it went well'),
    (error: unknown) => error as Error,
  );

describe('the way from the old load balancer to none', () => {
  it('ends with the name at the new one, the machine gone, its image kept, and its address given back', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('release-ip');
    const { ec2 } = retirement.story.sandbox.engine.state;
    expect(retirement.records()).toEqual(['new']);
    expect(retirement.state()).toBe('terminated');
    expect(Object.values(ec2.images).map(({ name }) => name)).toContain(
      `shop-production-old-balancer-${retirement.machine.id}`,
    );
    expect(Object.keys(ec2.addresses)).toEqual([]);
    expect(Object.values(ec2.securityGroups).map(({ name }) => name)).not.toContain('old-balancer');
    expect(retirement.old).toMatchObject({ oldConnections: 0, reloads: 1 });
    expect(await statusOf(retirement)).toMatchObject({ next: undefined, machine: { state: 'gone' } });
  });

  it('waits until the machine is gone, not just going: its security group is in use until then', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('snapshot');
    const { story } = retirement;
    const { engine } = story.sandbox;
    const terminate = engine.machines.terminate.bind(engine.machines);
    engine.machines.terminate = async (id) => {
      await engine.clock.sleep(40_000);
      await terminate(id);
    };
    await story.clock.advance(hour + 1000);
    await retirement.take('terminate');
    expect(retirement.state()).toBe('terminated');
    expect(await retirement.take('release-ip')).toMatchObject({
      facts: { removed: [expect.stringMatching(/^address .* released$/), expect.stringMatching(/removed$/)] },
    });
  });

  it('moves the name share by share, each for the pause, after the old answers have died', async () => {
    await using retirement = await startRetirement();
    await retirement.take('plan');
    const { story } = retirement;
    const began = story.clock.now();
    const seen = new Set<string>();
    const moving = retirement.cutover();
    await story.clock.run(async () => {
      while (!retirement.records().includes('new')) {
        seen.add(retirement.records().join(', '));
        await story.clock.sleep(5000);
      }
    });
    await moving;
    const { address } = retirement.machine;
    expect([...seen]).toEqual([
      address,
      `${address} weight 100, new weight 0`,
      `${address} weight 95, new weight 5`,
      `${address} weight 80, new weight 20`,
      `${address} weight 0, new weight 100`,
    ]);
    expect(story.clock.now() - began).toBeGreaterThan((300 + 3 * 300) * 1000);
  });

  it('moves exactly the share that was asked for, and back', async () => {
    await using retirement = await startRetirement();
    await retirement.take('plan');
    expect(await retirement.cutover({ weight: 20 })).toMatchObject({ percent: 20 });
    const { address } = retirement.machine;
    expect(retirement.records()).toEqual([`${address} weight 80`, 'new weight 20']);
    expect(await failure(retirement.take('forward'))).toMatchObject({
      message: expect.stringContaining('`retire shift` was begun') as string,
    });
    expect(await retirement.cutover({ back: true })).toMatchObject({ percent: 0 });
    expect(retirement.records()).toEqual([address]);
  });

  it('leads the name back by itself when 2 % of the requests fail at the new one', async () => {
    await using retirement = await startRetirement();
    await retirement.take('plan');
    retirement.sides.new.failsEvery = 50;
    const error = await failure(retirement.cutover());
    expect(error.message).toMatch(
      /^at 5 % of the visitors: 3 of 1\d\d requests \(2[.\d]* %\) failed at the new balancer/,
    );
    expect(retirement.records()).toEqual([`${retirement.machine.address} weight 100`, 'new weight 0']);
  });
});

describe('a step refuses', () => {
  const late: [StepName, StepName, RegExp][] = [
    ['shift', 'plan', /no evidence of `retire plan`/],
    ['forward', 'plan', /no evidence of `retire shift`/],
    ['watch', 'shift', /no evidence of `retire forward`/],
    ['stop', 'forward', /no evidence of `retire watch`/],
    ['snapshot', 'watch', /no evidence of `retire stop`/],
    ['terminate', 'stop', /no evidence of `retire snapshot`/],
    ['release-ip', 'snapshot', /no evidence of `retire terminate`/],
  ];
  it('without the evidence of the one before', async () => {
    await using retirement = await startRetirement({ soakHours: 0, stoppedHours: 0 });
    for (const [step, before, objection] of late) {
      if (before !== 'plan' || step === 'forward') await retirement.take(before);
      expect((await failure(retirement.take(step))).message, step).toMatch(objection);
      if (step === 'shift') await retirement.take('plan');
    }
  });

  it('when that evidence is stale', async () => {
    await using retirement = await startRetirement({ freshHours: 1 });
    await retirement.take('plan');
    await retirement.story.clock.advance(2 * hour);
    expect((await failure(retirement.take('shift'))).message).toMatch(/`retire plan` is 2 h old; it may be 1 h/);
  });

  it('to stop while a forgotten webhook calls by address, and names it', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('watch');
    await retirement.story.clock.advance(2 * hour);
    const { address } = retirement.machine;
    const webhook = { source: '192.0.2.44', host: address, requests: 7, connections: 0 };
    retirement.old.callers = [{ ...webhook, lastAt: retirement.story.clock.now() - hour / 2 }];
    await retirement.take('watch');
    const error = await failure(retirement.take('stop'));
    expect(error.message).toMatch(/has had traffic since .*: 1 h 30 min to go/);
    expect(error.lines?.[0]).toMatch(new RegExp(`^192.0.2.44 asking for ${address}, last at .*, 7 requests`));
    expect(retirement.state()).toBe('running');
  });

  it('to stop when somebody came after the last watch', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('watch');
    await retirement.story.clock.advance(2 * hour + 1000);
    await retirement.take('watch');
    const lastAt = retirement.story.clock.now();
    retirement.old.callers = [{ source: '192.0.2.44', host: '', requests: 1, connections: 0, lastAt }];
    expect((await failure(retirement.take('stop'))).message).toMatch(/has had traffic since/);
  });

  it('to terminate what was started again, has not been stopped for long enough, or is protected', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('snapshot');
    const { story, machine } = retirement;
    const { ec2 } = story.account;
    expect((await failure(retirement.take('terminate'))).message).toMatch(/stopped for [\d min]+ s of 1 h/);
    await story.clock.advance(hour + 1000);
    const DisableApiTermination = { Value: true };
    const protect = new ModifyInstanceAttributeCommand({ InstanceId: machine.id, DisableApiTermination });
    await story.clock.run(ec2.send(protect));
    expect((await failure(retirement.take('terminate'))).message).toMatch(/protected against termination/);
    expect(retirement.state()).toBe('stopped');
  });

  it('to terminate when another name is typed', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('snapshot');
    const { story, ctx } = retirement;
    await story.clock.advance(hour + 1000);
    const target = await story.target();
    const confirm = async () => 'old-balancer-2';
    const error = await failure(story.clock.run(() => retireTerminate(ctx, target, { confirm })));
    expect(error).toMatchObject({ code: 'usage', message: '"old-balancer-2" is not "old-balancer": nothing was done' });
    expect(retirement.state()).toBe('stopped');
  });

  it('to go on from a plan with differences that nobody has explained, side by side', async () => {
    await using retirement = await startRetirement();
    retirement.sides.new.status = 404;
    retirement.old.around =
      '== listeners\ntcp LISTEN 0 511 0.0.0.0:6379 0.0.0.0:* users:(("redis-server",pid=7,fd=6))\n== cron\n/etc/cron.d/backup: 0 3 * * * root /usr/local/bin/backup\n== config\n';
    const { story, machine } = retirement;
    const tag = new CreateTagsCommand({
      Resources: [Object.keys(story.sandbox.engine.state.ec2.addresses)[0] ?? ''],
      Tags: [{ Key: 'allowlisted-by', Value: 'the bank' }],
    });
    await story.clock.run(story.account.ec2.send(tag));
    // Somebody's group launched it, and private subnets reach the world through it.
    const { instances, routeTables } = story.sandbox.engine.state.ec2;
    Object.assign(instances[machine.id]?.tags ?? {}, { 'aws:autoscaling:groupName': 'old-asg' });
    const [table] = Object.values(routeTables);
    table?.routes.push({ cidr: '10.9.0.0/16', to: machine.id });
    const { lines } = await failure(retirement.take('plan'));
    expect(lines).toEqual(
      expect.arrayContaining([
        'GET / status  (shop.example.com)',
        '    old  200',
        '    new  404',
        'Auto Scaling group old-asg',
        '    new  terminates it as soon as it is stopped: detach it',
        `route table ${table?.id}`,
        '    old  sends 10.9.0.0/16 through the machine',
        'listener tcp 6379',
        '    old  redis-server listens',
        'cron /etc/cron.d/backup: 0 3 * * * root /usr/local/bin/backup',
        'tag allowlisted-by',
        `    old  ${machine.address} bears it: the bank`,
      ]),
    );
    expect((await failure(retirement.take('shift'))).message).toMatch(/no evidence of `retire plan`/);
  });
});
