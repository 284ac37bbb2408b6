import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { realClock } from '../../../sandbox/engine/clock.ts';
import { simulatedMachines } from '../../../sandbox/engine/machines/simulated.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';
import { onPurpose } from '../../support/witness.ts';

async function start() {
  const sandbox = await startSandbox({ machines: simulatedMachines({ clock: realClock }) });
  const { elbv2 } = clients(sandbox);
  const subnets = Object.keys(sandbox.engine.state.ec2.subnets);
  const VpcId = Object.keys(sandbox.engine.state.ec2.vpcs)[0];
  const createBalancer = async (Name: string, more = {}) =>
    (await elbv2.send(new CreateLoadBalancerCommand({ Name, Subnets: subnets.slice(0, 2), ...more })))
      .LoadBalancers?.[0];
  const createGroup = async (Name: string, more = {}) =>
    (await elbv2.send(new CreateTargetGroupCommand({ Name, Protocol: 'HTTP', Port: 3000, VpcId, ...more })))
      .TargetGroups?.[0];
  return {
    sandbox,
    elbv2,
    subnets,
    createBalancer,
    createGroup,
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

const refused = (name: string, message?: RegExp) => ({
  name,
  ...(message && { message: expect.stringMatching(message) as unknown }),
});

describe('load balancers', () => {
  test('need two zones, and creating the same again gives the same', async () => {
    await using site = await start();
    const one = site.createBalancer('shop', { Subnets: site.subnets.slice(0, 1) });
    await expect(one).rejects.toMatchObject(refused('ValidationError', /two different Availability Zones/));
    const missing = site.createBalancer('shop', { Subnets: [...site.subnets.slice(0, 1), 'subnet-0'] });
    await expect(missing).rejects.toMatchObject(refused('SubnetNotFoundException'));
    const first = await site.createBalancer('shop');
    expect(first).toMatchObject({ State: { Code: 'active' }, Type: 'application', Scheme: 'internet-facing' });
    expect(await site.createBalancer('shop')).toEqual(first);
    const other = site.createBalancer('shop', { Scheme: 'internal' });
    await expect(other).rejects.toMatchObject(refused('DuplicateLoadBalancerNameException', /different settings/));
    const second = await site.createBalancer('blog');
    expect(second?.DNSName).not.toBe(first?.DNSName);
    await expect(site.createBalancer('no_underscores')).rejects.toMatchObject(refused('ValidationError'));
  });

  test('are found by name or ARN, page by page, and gone means gone', async () => {
    await using site = await start();
    for (const name of ['a', 'b', 'c']) await site.createBalancer(name);
    const page = await site.elbv2.send(new DescribeLoadBalancersCommand({ PageSize: 2 }));
    const rest = await site.elbv2.send(new DescribeLoadBalancersCommand({ PageSize: 2, Marker: page.NextMarker }));
    const names = [page, rest].map(({ LoadBalancers }) => LoadBalancers?.map((one) => one.LoadBalancerName));
    expect(names).toEqual([['a', 'b'], ['c']]);
    const LoadBalancerArn = rest.LoadBalancers?.[0]?.LoadBalancerArn;
    const Attributes = [{ Key: 'deletion_protection.enabled', Value: 'true' }];
    await site.elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
    const protectedOne = site.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await expect(protectedOne).rejects.toMatchObject(refused('OperationNotPermittedException'));
    Attributes[0] = { Key: 'deletion_protection.enabled', Value: 'false' };
    await site.elbv2.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
    await site.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await site.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    const byName = site.elbv2.send(new DescribeLoadBalancersCommand({ Names: ['c'] }));
    await expect(byName).rejects.toMatchObject(refused('LoadBalancerNotFoundException'));
    const wrong = new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: page.LoadBalancers?.[0]?.LoadBalancerArn,
      Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '4001' }],
    });
    await expect(site.elbv2.send(wrong)).rejects.toMatchObject(refused('ValidationError', /between 1 and 4000/));
  });
});

describe('target groups', () => {
  test('have the defaults of AWS and refuse what AWS refuses', async () => {
    await using site = await start();
    const group = await site.createGroup('app');
    expect(group).toMatchObject({
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 6,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      HealthCheckPath: '/',
      Matcher: { HttpCode: '200' },
      TargetType: 'instance',
    });
    const TargetGroupArn = group?.TargetGroupArn;
    const { Attributes } = await site.elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
    expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '300' });
    const wrong = [
      { HealthCheckIntervalSeconds: 4 },
      { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 },
      { HealthyThresholdCount: 1 },
      { UnhealthyThresholdCount: 11 },
      { Matcher: { HttpCode: '200-599' } },
      { HealthCheckPath: 'health' },
    ];
    for (const change of wrong) {
      const modify = onPurpose(() => site.elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn, ...change })));
      await expect(modify, JSON.stringify(change)).rejects.toMatchObject(refused('ValidationError'));
    }
    for (const [Key, Value] of [
      ['deregistration_delay.timeout_seconds', '3601'],
      ['slow_start.duration_seconds', '29'],
      ['stickiness.lb_cookie.duration_seconds', '0'],
      ['no.such.key', '1'],
    ]) {
      const command = new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: [{ Key, Value }] });
      await expect(site.elbv2.send(command), Key).rejects.toMatchObject(refused('ValidationError'));
    }
    const duplicate = site.createGroup('app', { Port: 3001 });
    await expect(duplicate).rejects.toMatchObject(refused('DuplicateTargetGroupNameException'));
    expect(await site.createGroup('app')).toEqual(group);
    const unknown = new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: 'i-0123456789abcdef0' }] });
    await expect(site.elbv2.send(unknown)).rejects.toMatchObject(refused('InvalidTargetException'));
    const health = new DescribeTargetHealthCommand({ TargetGroupArn, Targets: [{ Id: 'i-0123456789abcdef0' }] });
    const { TargetHealthDescriptions } = await site.elbv2.send(health);
    expect(TargetHealthDescriptions?.[0]?.TargetHealth).toMatchObject({
      State: 'unused',
      Reason: 'Target.NotRegistered',
    });
  });

  test('are not in use without a listener, cannot go while in use, and serve one balancer', async () => {
    await using site = await start();
    const group = await site.createGroup('app', { TargetType: 'ip' });
    const TargetGroupArn = group?.TargetGroupArn;
    await site.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '127.0.0.1', Port: 9 }] }));
    const idle = await site.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    expect(idle.TargetHealthDescriptions?.[0]?.TargetHealth).toEqual({
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    });
    const balancer = await site.createBalancer('shop');
    const listener = {
      LoadBalancerArn: balancer?.LoadBalancerArn,
      Protocol: 'HTTP' as const,
      Port: 8081,
      DefaultActions: [{ Type: 'forward' as const, TargetGroupArn }],
    };
    const { Listeners } = await site.elbv2.send(new CreateListenerCommand(listener));
    const used = await site.elbv2.send(new DescribeTargetGroupsCommand({ Names: ['app'] }));
    expect(used.TargetGroups?.[0]?.LoadBalancerArns).toEqual([balancer?.LoadBalancerArn]);
    const early = site.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    await expect(early).rejects.toMatchObject(refused('ResourceInUseException', /currently in use by a listener/));
    const second = await site.createBalancer('blog');
    const twice = new CreateListenerCommand({ ...listener, LoadBalancerArn: second?.LoadBalancerArn });
    await expect(site.elbv2.send(twice)).rejects.toMatchObject(refused('TargetGroupAssociationLimitException'));
    const ListenerArn = Listeners?.[0]?.ListenerArn;
    await site.elbv2.send(new DeleteListenerCommand({ ListenerArn }));
    await site.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    const gone = site.elbv2.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TargetGroupArn ?? ''] }));
    await expect(gone).rejects.toMatchObject(refused('TargetGroupNotFoundException'));
  });
});

describe('listeners and rules', () => {
  test('one a port; the same twice is one; rules have priorities of their own', async () => {
    await using site = await start();
    const balancer = await site.createBalancer('shop');
    const LoadBalancerArn = balancer?.LoadBalancerArn;
    const answer = (StatusCode: string) => [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode } }];
    const listener = { LoadBalancerArn, Protocol: 'HTTP' as const, Port: 8082, DefaultActions: answer('404') };
    const { Listeners } = await site.elbv2.send(new CreateListenerCommand(listener));
    expect((await site.elbv2.send(new CreateListenerCommand(listener))).Listeners).toEqual(Listeners);
    const other = site.elbv2.send(new CreateListenerCommand({ ...listener, DefaultActions: answer('500') }));
    await expect(other).rejects.toMatchObject(refused('DuplicateListenerException'));
    const bare = site.elbv2.send(new CreateListenerCommand({ ...listener, Protocol: 'HTTPS', Port: 8443 }));
    await expect(bare).rejects.toMatchObject(refused('ValidationError', /certificate must be specified/));
    const ListenerArn = Listeners?.[0]?.ListenerArn;
    const rule = {
      ListenerArn,
      Priority: 5,
      Conditions: [{ Field: 'path-pattern', Values: ['/api/*'] }],
      Actions: answer('200'),
    };
    await site.elbv2.send(new CreateRuleCommand(rule));
    const again = site.elbv2.send(new CreateRuleCommand(rule));
    await expect(again).rejects.toMatchObject(refused('PriorityInUseException'));
    const { Rules } = await site.elbv2.send(new DescribeRulesCommand({ ListenerArn }));
    expect(Rules?.map(({ Priority, IsDefault }) => [Priority, IsDefault])).toEqual([
      ['5', false],
      ['default', true],
    ]);
    const gone = new DescribeListenersCommand({ ListenerArns: [`${ListenerArn}0`] });
    await expect(site.elbv2.send(gone)).rejects.toMatchObject(refused('ListenerNotFoundException'));
    const Tags = [{ Key: 'redeploy:app', Value: 'shop' }];
    await site.elbv2.send(new AddTagsCommand({ ResourceArns: [ListenerArn ?? ''], Tags }));
    const described = await site.elbv2.send(new DescribeTagsCommand({ ResourceArns: [ListenerArn ?? ''] }));
    expect(described.TagDescriptions).toEqual([{ ResourceArn: ListenerArn, Tags }]);
  });

  test('say what to do when the port is taken on this computer, and stay where they were', async () => {
    await using site = await start();
    const balancer = await site.createBalancer('shop');
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(8083, balancer?.DNSName, resolve);
    });
    const LoadBalancerArn = balancer?.LoadBalancerArn;
    const DefaultActions = [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '200' } }];
    const create = (Port: number) =>
      site.elbv2.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions }));
    const words = new RegExp(`${balancer?.DNSName}:8083.*EADDRINUSE.*Stop that program`);
    await expect(create(8083)).rejects.toMatchObject(refused('InvalidConfigurationRequestException', words));
    const { Listeners } = await create(8084);
    const ListenerArn = Listeners?.[0]?.ListenerArn;
    const move = site.elbv2.send(new ModifyListenerCommand({ ListenerArn, Port: 8083 }));
    await expect(move).rejects.toMatchObject(refused('InvalidConfigurationRequestException'));
    expect((await fetch(`http://${balancer?.DNSName}:8084/`)).status).toBe(200);
    taken.close();
  });
});
