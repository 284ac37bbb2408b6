import { CreateAutoScalingGroupCommand, StartInstanceRefreshCommand } from '@aws-sdk/client-auto-scaling';
import { CreateTagsCommand, DescribeInstancesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { GetAccountSummaryCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand, DescribeSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { dispatch } from '../../../sandbox/api/dispatch.ts';
import { AwsError } from '../../../sandbox/api/error.ts';
import type { Handler, Service } from '../../../sandbox/api/service.ts';
import { services } from '../../../sandbox/api/services.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';
import { onPurpose } from '../../support/witness.ts';

type AnyHandler = Handler<Record<string, unknown>, object | void>;

/** SDK clients of a sandbox whose only operation is the given one; `seen` is what its handler was handed. */
async function only(signingName: string, operation: string, handler: AnyHandler) {
  const { engine } = await startSandbox();
  const real = services.find((service) => service.signingName === signingName);
  if (!real) throw new Error(`no service ${signingName}`);
  const seen: Record<string, unknown>[] = [];
  const recording: AnyHandler = (input, call) => {
    seen.push(input);
    return handler(input, call);
  };
  const table: Service = { ...real, operations: { [operation]: recording } };
  const handle: Parameters<typeof clients>[0]['handle'] = (request) => dispatch(engine, [table], request);
  return { seen, handle, ...clients({ handle }) };
}

const utf8 = new TextEncoder();

/** A request that no SDK would send. */
function rawRequest(service: string, body: string, headers: Record<string, string> = {}) {
  const scope = `AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/${service}/aws4_request, Signature=0`;
  return { method: 'POST', path: '/', headers: { authorization: scope, ...headers }, body: utf8.encode(body) };
}

const textOf = (answer: { body: Uint8Array }) => new TextDecoder().decode(answer.body);

test('ec2: nested lists, structures, blobs, numbers and booleans arrive as they were sent', async () => {
  const { ec2, seen } = await only('ec2', 'RunInstances', () => ({}));
  const input = {
    ImageId: 'ami-1',
    MinCount: 1,
    MaxCount: 2,
    EbsOptimized: false,
    SecurityGroupIds: ['sg-1', 'sg-2'],
    UserData: 'IyEvYmluL3NoCg==',
    ClientToken: 'token & <more>',
    BlockDeviceMappings: [
      { DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeSize: 20, VolumeType: 'gp3' as const } },
    ],
    MetadataOptions: { HttpTokens: 'required' as const, HttpPutResponseHopLimit: 2 },
    TagSpecifications: [
      {
        ResourceType: 'instance' as const,
        Tags: [
          { Key: 'a', Value: 'é\n"x"' },
          { Key: 'b', Value: '' },
        ],
      },
    ],
  };
  await ec2.send(new RunInstancesCommand(input));
  expect(seen[0]).toEqual(input);
});

test('ec2: answers come back with dates, empty lists and text that XML has to escape', async () => {
  const answer = {
    NextToken: 'next',
    Reservations: [
      {
        ReservationId: 'r-1',
        Instances: [
          {
            InstanceId: 'i-1',
            AmiLaunchIndex: 0,
            EbsOptimized: false,
            LaunchTime: new Date('2026-01-31T10:00:00.000Z'),
            State: { Code: 16, Name: 'running' },
            Tags: [{ Key: 'k', Value: ' <&>"\' \r\n ünï \u0007' }],
            SecurityGroups: [],
          },
        ],
      },
    ],
  };
  const { ec2 } = await only('ec2', 'DescribeInstances', () => answer);
  const { $metadata, ...received } = await ec2.send(new DescribeInstancesCommand({}));
  const [instance] = answer.Reservations[0]?.Instances ?? [];
  const expected = { ...instance, Tags: [{ Key: 'k', Value: ' <&>"\' \r\n ünï ' }] };
  expect(received).toEqual({ NextToken: 'next', Reservations: [{ ReservationId: 'r-1', Instances: [expected] }] });
  expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test('ec2: an operation without output answers, and an error keeps its dotted name', async () => {
  const { ec2 } = await only('ec2', 'CreateTags', (input) => {
    if ((input.Resources as string[])[0] === 'ami-none') throw new AwsError('InvalidAMIID.NotFound', 'no <such> image');
  });
  const tags = [{ Key: 'a', Value: 'b' }];
  await expect(ec2.send(new CreateTagsCommand({ Resources: ['i-1'], Tags: tags }))).resolves.toBeDefined();
  await expect(ec2.send(new CreateTagsCommand({ Resources: ['ami-none'], Tags: tags }))).rejects.toMatchObject({
    name: 'InvalidAMIID.NotFound',
    message: 'no <such> image',
    $metadata: { httpStatusCode: 400 },
  });
});

test('query: member lists and nested structures arrive, an empty list stays an empty list', async () => {
  const { autoScaling, seen } = await only('autoscaling', 'CreateAutoScalingGroup', () => {});
  const input = {
    AutoScalingGroupName: 'g',
    MinSize: 0,
    MaxSize: 3,
    NewInstancesProtectedFromScaleIn: true,
    TargetGroupARNs: ['arn:1', 'arn:2'],
    LoadBalancerNames: [],
    Tags: [{ Key: 'k', Value: 'v', PropagateAtLaunch: true }],
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '3' },
  };
  await autoScaling.send(new CreateAutoScalingGroupCommand(input));
  expect(seen[0]).toEqual(input);
});

test('query: an error is the SDK class of its shape, whichever of its two names the handler throws', async () => {
  for (const code of ['InstanceRefreshInProgress', 'InstanceRefreshInProgressFault']) {
    const { autoScaling, handle } = await only('autoscaling', 'StartInstanceRefresh', () => {
      throw new AwsError(code, 'one is on its way');
    });
    await expect(
      autoScaling.send(new StartInstanceRefreshCommand({ AutoScalingGroupName: 'g' })),
    ).rejects.toMatchObject({ name: 'InstanceRefreshInProgressFault', message: 'one is on its way' });
    const raw = await handle(rawRequest('autoscaling', 'Action=StartInstanceRefresh&AutoScalingGroupName=g'));
    expect(textOf(raw)).toContain('<Code>InstanceRefreshInProgress</Code>');
  }
});

test('query: maps come back', async () => {
  const { iam } = await only('iam', 'GetAccountSummary', () => ({ SummaryMap: { Users: 1, Roles: 27 } }));
  const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
  expect(SummaryMap).toEqual({ Users: 1, Roles: 27 });
});

test('json: strings, blobs, maps of lists and dates go there and back; the SDK fills in the idempotency token', async () => {
  const put = await only('secretsmanager', 'PutSecretValue', () => ({}));
  const SecretBinary = Uint8Array.from([0, 1, 254, 255]);
  await put.secretsManager.send(new PutSecretValueCommand({ SecretId: 's', SecretBinary, VersionStages: ['a'] }));
  expect(put.seen[0]).toMatchObject({ SecretId: 's', SecretBinary, VersionStages: ['a'] });
  expect(put.seen[0]?.ClientRequestToken).toMatch(/^[0-9a-f-]{36}$/);
  const answer = {
    Name: 's',
    CreatedDate: new Date(1_769_853_600_123),
    VersionIdsToStages: { v: ['A', 'B'], w: ['C'] },
  };
  const described = await only('secretsmanager', 'DescribeSecret', () => answer);
  expect(await described.secretsManager.send(new DescribeSecretCommand({ SecretId: 's' }))).toMatchObject(answer);
});

test('json: an error is the SDK class of its shape', async () => {
  const { secretsManager } = await only('secretsmanager', 'CreateSecret', () => {
    throw new AwsError('ResourceExistsException', 'it is there');
  });
  await expect(secretsManager.send(new CreateSecretCommand({ Name: 's' }))).rejects.toMatchObject({
    name: 'ResourceExistsException',
    message: 'it is there',
  });
});

const refusals: [name: string, service: string, operation: string, body: string, code: string][] = [
  ['ec2 unknown', 'ec2', 'RunInstances', 'MinCount=1&MaxCount=1&ImgId=ami-1', 'UnknownParameter'],
  ['ec2 unknown inside a list', 'ec2', 'CreateTags', 'ResourceId.1=i-1&Tag.1.Ky=a', 'UnknownParameter'],
  ['ec2 missing', 'ec2', 'RunInstances', 'MinCount=1', 'MissingParameter'],
  ['ec2 wrong number', 'ec2', 'RunInstances', 'MinCount=one&MaxCount=1', 'InvalidParameterValue'],
  ['ec2 wrong boolean', 'ec2', 'RunInstances', 'MinCount=1&MaxCount=1&EbsOptimized=yes', 'InvalidParameterValue'],
  ['query unknown', 'iam', 'GetRole', 'RoleName=a&Rolle=b', 'ValidationError'],
  ['query missing', 'iam', 'GetRole', '', 'ValidationError'],
  ['query wrong number', 'iam', 'ListRoles', 'MaxItems=many', 'MalformedInput'],
  ['json unknown', 'secretsmanager', 'DescribeSecret', '{"SecretId":"a","Foo":1}', 'SerializationException'],
  ['json wrong type', 'secretsmanager', 'DescribeSecret', '{"SecretId":7}', 'SerializationException'],
  ['json missing', 'secretsmanager', 'DescribeSecret', '{}', 'ValidationException'],
  ['json no json', 'secretsmanager', 'DescribeSecret', '{', 'SerializationException'],
];

test.each(refusals)('%s is refused as AWS refuses it', async (...[, service, operation, body, code]) => {
  const { handle, seen } = await only(service, operation, () => ({}));
  const isJson = service === 'secretsmanager';
  const form = `Action=${operation}&Version=2010-05-08&${body}`;
  const answer = await onPurpose(() =>
    handle(rawRequest(service, isJson ? body : form, isJson ? { 'x-amz-target': `x.${operation}` } : {})),
  );
  expect(answer.status).toBe(400);
  expect(textOf(answer)).toMatch(new RegExp(`<Code>${code}</Code>|"__type":"${code}"`));
  expect(seen).toEqual([]);
});

test('what is not signed, signed for another region, or not known here is refused in so many words', async () => {
  const sandbox = await startSandbox();
  const unsigned = await sandbox.handle({ ...rawRequest('ec2', 'Action=DescribeInstances'), headers: {} });
  expect([unsigned.status, textOf(unsigned)]).toEqual([403, expect.stringContaining('MissingAuthenticationToken')]);
  const elsewhere = clients(sandbox, { region: 'eu-west-1' });
  await expect(elsewhere.ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
    message: expect.stringContaining("not 'eu-west-1': this sandbox is us-east-1") as string,
  });
  const unknown = await onPurpose(() => sandbox.handle(rawRequest('iam', 'Action=DanceRole')));
  expect(textOf(unknown)).toContain('<Code>InvalidAction</Code>');
  const unserved = await sandbox.handle(rawRequest('iam', 'Action=GetAccountSummary'));
  expect(textOf(unserved)).toContain('The sandbox does not know iam GetAccountSummary');
});
