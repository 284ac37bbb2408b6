import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { dispatch } from '../../../sandbox/api/dispatch.ts';
import type { SandboxExchange } from '../../../sandbox/api/dispatch/exchanges.ts';
import type { Service } from '../../../sandbox/api/service.ts';
import { ec2 as realEc2 } from '../../../sandbox/api/ec2.ts';
import { modelsDirectory } from '../../support/models/environment.ts';
import { openWitness } from '../../support/models/witness.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';
import { onPurpose } from '../../support/witness.ts';

/** A sandbox that answers RunInstances with what no EC2 would. */
async function lyingSandbox() {
  const { engine } = await startSandbox();
  const lies = { Instances: [{ State: { Name: 'asleep' as 'running' } }], ReservationId: 'r-1' };
  const service: Service = { ...realEc2, operations: { RunInstances: () => lies } };
  return clients({ handle: (request) => dispatch(engine, [service], request) });
}
const launch = new RunInstancesCommand({ ImageId: 'ami-1', MinCount: 1, MaxCount: 1 });
const wrongLaunch = new RunInstancesCommand({
  ImageId: 'ami-1',
  MinCount: 1,
  MaxCount: 1,
  InstanceType: 'x' as 't3.nano',
});

describe('a test fails', () => {
  test.fails('that sends what a model does not allow, even when it is refused', async () => {
    const { ec2 } = clients(await startSandbox());
    await expect(ec2.send(wrongLaunch)).rejects.toThrow();
  });

  test.fails('that is answered what a model does not allow', async () => {
    const { ec2 } = await lyingSandbox();
    await ec2.send(launch);
  });

  test('unless it says that it breaks the model on purpose', async () => {
    const { ec2 } = clients(await startSandbox());
    await expect(onPurpose(() => ec2.send(wrongLaunch))).rejects.toThrow();
  });
});

const header = (service: string) => ({ authorization: `Credential=AKIA/20260101/us-east-1/${service}/aws4_request` });
const bytes = (text: string) => new TextEncoder().encode(text);

const saying = (service: string, target: string, body: string, answer?: string): SandboxExchange => ({
  request: { method: 'POST', path: '/', headers: { ...header(service), 'x-amz-target': target }, body: bytes(body) },
  ...(answer !== undefined && { answer: { status: 200, headers: {}, body: bytes(answer) } }),
});

describe('the witness', () => {
  const heard = (exchange: SandboxExchange): string[] => {
    const witness = openWitness(modelsDirectory());
    witness.hear(exchange);
    return witness.take();
  };

  test('names operation, member and value', () => {
    const form = 'Action=RunInstances&Version=2016-11-15&MinCount=one&InstanceType=x';
    const xml =
      '<RunInstancesResponse><requestId>1</requestId><instancesSet><item><amiLaunchIndex>first</amiLaunchIndex></item></instancesSet></RunInstancesResponse>';
    expect(heard(saying('ec2', '', form, xml))).toEqual([
      'EC2.RunInstances request .MinCount: "one" is no integer',
      expect.stringContaining('EC2.RunInstances request .InstanceType: "x" is none of the enum'),
      'EC2.RunInstances request .MaxCount: missing',
      'EC2.RunInstances answer .Instances[].AmiLaunchIndex: "first" is no integer',
    ]);
  });

  test('shows no secret', () => {
    const lines = [
      ...heard(saying('secretsmanager', 'x.CreateSecret', '{"Name":"a","SecretString":["hush"]}')),
      ...heard(saying('secretsmanager', 'x.CreateSecret', '{"Name":"a","SecretString":{"a":"hush"}}')),
      ...heard(saying('secretsmanager', 'x.CreateSecret', '{"Name":"a","SecretString":"hush')),
      ...heard(saying('secretsmanager', 'x.GetSecretValue', '{"SecretId":"a"}', '{"SecretString":["hush"]}')),
    ];
    expect(lines).toHaveLength(4);
    expect(lines.join()).not.toContain('hush');
  });
});
