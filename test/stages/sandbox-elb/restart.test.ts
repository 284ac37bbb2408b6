import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DescribeLoadBalancersCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { balancerStatus } from '../../../sandbox/engine/elb/status.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';

test('listeners answer again after a restart; one whose port was taken meanwhile is told apart', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'sandbox-elb-'));
  const first = await startSandbox({ stateDir });
  const { elbv2 } = clients(first);
  const Subnets = Object.keys(first.engine.state.ec2.subnets).slice(0, 2);
  const { LoadBalancers } = await elbv2.send(new CreateLoadBalancerCommand({ Name: 'shop', Subnets }));
  const { LoadBalancerArn, DNSName = '' } = LoadBalancers?.[0] ?? {};
  const FixedResponseConfig = { StatusCode: '200', MessageBody: 'here', ContentType: 'text/plain' };
  for (const Port of [8090, 8091]) {
    const DefaultActions = [{ Type: 'fixed-response' as const, FixedResponseConfig }];
    await elbv2.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions }));
  }
  await first.close();
  await expect(fetch(`http://${DNSName}:8090/`)).rejects.toThrow('fetch failed');
  const thief = createServer();
  await new Promise<void>((resolve) => {
    thief.listen(8091, DNSName, resolve);
  });

  const second = await startSandbox({ stateDir });
  expect(await (await fetch(`http://${DNSName}:8090/`)).text()).toBe('here');
  const found = await clients(second).elbv2.send(new DescribeLoadBalancersCommand({ Names: ['shop'] }));
  expect(found.LoadBalancers?.[0]?.DNSName).toBe(DNSName);
  expect(balancerStatus(second.engine).loadBalancers[0]?.listeners).toEqual([
    { url: `http://${DNSName}:8090`, listening: true },
    { url: `http://${DNSName}:8091`, listening: false },
  ]);
  // Whoever asks for a WebSocket gets the listener's own answer too.
  const socket = new WebSocket(`ws://${DNSName}:8090/`);
  const status = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode));
  });
  expect(status).toBe(200);
  socket.on('error', () => {});
  socket.terminate();
  await second.close();
  thief.close();
  await rm(stateDir, { recursive: true });
});
