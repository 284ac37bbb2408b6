import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { CreateSecurityGroupCommand, DescribeSecurityGroupsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAws } from '../../../pipeline/edge/aws.ts';
import type { Aws } from '../../../pipeline/core/context.ts';
import type { Weather } from '../../../sandbox/engine/weather.ts';
import { startServer, type RunningServer } from '../../../sandbox/server.ts';
import { noMachines } from '../../support/no-machines.ts';

let server: RunningServer;
let aws: Aws;

beforeAll(async () => {
  server = await startServer({ region: 'us-east-1', machines: noMachines(), port: 0 });
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  aws = await connectAws({ region: 'us-east-1', endpoint: `http://${server.authority}`, credentials });
});
afterAll(() => server.close());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`http://${server.authority}/_sandbox/weather`, { method: 'POST', body, headers });
const setWeather = async (...rules: Weather[]) => expect((await post(JSON.stringify(rules))).status).toBe(200);
const groupsNamed = async (name: string) =>
  (await aws.ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: [name] }] })))
    .SecurityGroups?.length;

describe('weather that is set over HTTP', () => {
  it('throttles with Retry-After, which the pipeline’s clients obey, and is over after so many calls', async () => {
    await setWeather({ kind: 'throttling', calls: 'sts:GetCallerIdentity', times: 1, retryAfterSeconds: 1 });
    const startedAt = performance.now();
    expect((await aws.sts.send(new GetCallerIdentityCommand({}))).Account).toBe('123456789012');
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    const left = await fetch(`http://${server.authority}/_sandbox/weather`);
    expect(await left.json()).toEqual([]);
  });

  it('loses the answer of a call that was carried out: the clients’ next attempt meets what it made', async () => {
    const { Vpcs } = await aws.ec2.send(new DescribeVpcsCommand({}));
    await setWeather({ kind: 'lost-answer', calls: 'ec2:CreateSecurityGroup', times: 1 });
    const request = { GroupName: 'made-once', Description: 'made once', VpcId: Vpcs?.[0]?.VpcId };
    await expect(aws.ec2.send(new CreateSecurityGroupCommand(request))).rejects.toThrow(/already exists/);
    expect(await groupsNamed('made-once')).toBe(1);
  });

  it('resets connections before anything is carried out', async () => {
    await setWeather({ kind: 'reset', calls: 'ec2:*', times: 2 });
    expect(await groupsNamed('never-made')).toBe(0);
  });

  it('is refused with the reason when it is no weather, or when a web page sends it', async () => {
    const refused = await post('[{"kind": "hail"}, {"kind": "reset", "every": 0, "wind": 3}]');
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { message: string }).message).toMatch(
      /kind "hail" is none of throttling, .*; every is a number above 0; there is no wind/,
    );
    expect((await post('rain')).status).toBe(400);
    expect((await post('[]', { origin: 'https://example.com' })).status).toBe(403);
  });
});
