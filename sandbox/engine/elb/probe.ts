import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Engine } from '../engine.ts';
import type { Address } from '../machines.ts';
import type { CheckResult } from './judge-check.ts';
import type { Target, TargetGroup } from './state.ts';

/** Where a target's port can be reached; undefined when the machine is off or lets nobody in. */
export async function targetAddress(
  engine: Engine,
  group: TargetGroup,
  target: { id: string; port: number },
): Promise<Address | undefined> {
  if (group.targetType === 'ip') return { host: target.id, port: target.port };
  return engine.machines.address(target.id, target.port);
}

/** One health check over the wire. */
export async function probeTarget(engine: Engine, group: TargetGroup, target: Target): Promise<CheckResult> {
  const check = group.healthCheck;
  const port = check.port === 'traffic-port' ? target.port : Number(check.port);
  const { machines } = engine;
  if (group.targetType === 'instance' && machines.probe) {
    return machines
      .probe(target.id, port, check.path)
      .catch((error: { code?: string }) => (error.code === 'ETIMEDOUT' ? 'timeout' : 'failed'));
  }
  // A closed security group drops packets: nothing answers, which AWS reports as a timeout.
  const address = await targetAddress(engine, group, { id: target.id, port });
  return address ? ask(address, group) : 'timeout';
}

function ask(address: Address, { healthCheck }: TargetGroup): Promise<CheckResult> {
  const send = healthCheck.protocol === 'HTTPS' ? tlsRequest : plainRequest;
  return new Promise((resolve) => {
    const request = send({
      ...address,
      path: healthCheck.path,
      headers: { 'user-agent': 'ELB-HealthChecker/2.0', host: `${address.host}:${address.port}`, connection: 'close' },
      rejectUnauthorized: false,
      agent: false,
    });
    const timer = setTimeout(() => {
      resolve('timeout');
      request.destroy();
    }, healthCheck.timeoutSeconds * 1000);
    request.on('response', (response) => {
      clearTimeout(timer);
      resolve({ status: response.statusCode ?? 0 });
      response.resume();
      response.on('error', () => {});
    });
    request.on('error', () => {
      clearTimeout(timer);
      resolve('failed');
    });
    request.end();
  });
}
