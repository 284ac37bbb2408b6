import { DetachRolePolicyCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { startRetirement, type Retirement } from '../support/retirement.ts';

const failure = (work: Promise<unknown>): Promise<Error & { lines?: string[]; hint?: string }> =>
  work.then(
    () => new Error('it went well'),
    (error: unknown) => error as Error,
  );

const commandsOf = ({ story }: Retirement) => Object.values(story.sandbox.engine.state.ssm.commands);

/** Somebody takes the agent's rights away. */
const silence = ({ story }: Retirement) => {
  const policy = { RoleName: 'old-balancer', PolicyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore' };
  return story.clock.run(story.account.iam.send(new DetachRolePolicyCommand(policy)));
};

describe('scripts on an old EC2 instance', () => {
  it('go through Systems Manager, which keeps nothing that the configuration holds', async () => {
    await using retirement = await startRetirement();
    const { old } = retirement;
    old.config = `${old.config}userlist admins\n    user boss password hunter2\n`;
    await retirement.takeUpTo('stop');
    expect(old.reloads).toBe(1);
    expect(old.config).toContain('user boss password hunter2');
    const kept = commandsOf(retirement);
    expect(kept.map(({ comment }) => comment)).toContain('redeploy retire');
    expect(JSON.stringify(kept)).toContain('server redeploy');
    expect(JSON.stringify(kept)).not.toContain('hunter2');
    expect(JSON.stringify(retirement.story.sandbox.engine.state.secrets)).toContain('hunter2');
  });

  it('cannot be run without its agent, and the way out is told', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('shift');
    await silence(retirement);
    const error = await failure(retirement.take('forward'));
    expect(error.message).toBe(
      `nothing can be run on the old machine: retire.shell is unset, and Systems Manager does not know ${retirement.machine.id}`,
    );
    expect(error.lines?.[0]).toMatch(
      /change \/etc\/haproxy\/haproxy.cfg there yourself: .* 10.0.0.11:3000, 10.0.0.12:3000/,
    );
    expect(error.hint).toMatch(/AmazonSSMManagedInstanceCore.*or name retire.shell/);
    expect(retirement.old.reloads).toBe(0);
    await expect(retirement.take('plan')).rejects.toThrow(/differences between old and new/);
  });

  it('are waited for when Systems Manager does not show them yet', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('shift');
    retirement.story.sandbox.engine.sky.set([{ kind: 'lag', seconds: 20 }]);
    await retirement.take('forward');
    expect(retirement.old.reloads).toBe(1);
    const reasons = retirement.story.events.map((event) => (event.kind === 'waiting' ? event.reason : ''));
    expect(reasons).toContain('the command does not show yet');
  });

  it('go through retire.shell where that is named', async () => {
    await using retirement = await startRetirement({ shell: ['ssh', 'root@old-balancer'] });
    await retirement.takeUpTo('forward');
    expect(retirement.old.reloads).toBe(1);
    expect(commandsOf(retirement)).toEqual([]);
  });

  it('say how they ended when they fail', async () => {
    await using retirement = await startRetirement();
    await retirement.takeUpTo('shift');
    retirement.story.machines.behave(() => ({}));
    retirement.old.answer = () => {
      throw new Error('the machine hangs');
    };
    expect((await failure(retirement.take('forward'))).message).toMatch(/the script on i-\w+ ended: Undeliverable/);
  });
});
