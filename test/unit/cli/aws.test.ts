import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { afterEach, expect, test } from 'vitest';
import type { Aws } from '../../../pipeline/core/context.ts';
import { connectAws } from '../../../pipeline/edge/aws.ts';
import { explainAwsError } from '../../../pipeline/edge/aws/explain.ts';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** An AWS that refuses everything in the same way, in the words that the called service's protocol has. */
async function refusing(code: string, message = 'no', times = Infinity): Promise<{ aws: Aws; calls: () => number }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    if (calls > times) response.end(identity);
    else refuse(request, response, { code, message });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { aws: await connect(`http://127.0.0.1:${port}`), calls: () => calls };
}

/** In the protocol of the called service; EC2 nests differently from the other query services. */
function refuse(request: IncomingMessage, response: ServerResponse, error: { code: string; message: string }) {
  const isJson = request.headers['x-amz-target'] !== undefined;
  const inner = `<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`;
  response.writeHead(400, { 'content-type': isJson ? 'application/x-amz-json-1.1' : 'text/xml' });
  if (isJson) response.end(JSON.stringify({ __type: error.code, message: error.message }));
  else if (request.headers.authorization?.includes('/ec2/'))
    response.end(`<Response><Errors>${inner}</Errors></Response>`);
  else response.end(`<ErrorResponse>${inner}</ErrorResponse>`);
}

const identity = `<GetCallerIdentityResponse><GetCallerIdentityResult>
  <Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

const connect = (endpoint: string) =>
  connectAws({ region: 'eu-central-1', endpoint, credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'x' } });

const whoAmI = ({ sts }: Aws) => sts.send(new GetCallerIdentityCommand());
const instances = ({ ec2 }: Aws) => ec2.send(new DescribeInstancesCommand());
const images = ({ ecr }: Aws) => ecr.send(new DescribeImagesCommand({ repositoryName: 'shop' }));

const explained = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => explainAwsError(error),
  );

test.each<[string, (aws: Aws) => Promise<unknown>, string, [message: RegExp, hint: RegExp]]>([
  ['ExpiredToken', whoAmI, 'credentials', [/have expired/, /aws sso login/]],
  ['RequestExpired', instances, 'credentials', [/have expired/, /aws sso login/]],
  ['ExpiredTokenException', images, 'credentials', [/have expired/, /aws sso login/]],
  ['InvalidClientTokenId', whoAmI, 'credentials', [/does not accept/, /get-caller-identity/]],
  ['AuthFailure', instances, 'credentials', [/does not accept/, /AWS_PROFILE/]],
  ['UnrecognizedClientException', images, 'credentials', [/does not accept/, /AWS_PROFILE/]],
  [
    'UnauthorizedOperation',
    instances,
    'credentials',
    [/does not allow ec2:DescribeInstances$/, /`redeploy iam deployer`/],
  ],
  ['AccessDeniedException', images, 'credentials', [/does not allow ecr:DescribeImages$/, /`redeploy iam deployer`/]],
  ['VcpuLimitExceeded', instances, 'aws', [/refused ec2:DescribeInstances \(VcpuLimitExceeded\): no/, /same command/]],
])('%s is told in our words', async (code, call, ours, [message, hint]) => {
  const { aws } = await refusing(code);
  const error = await explained(call(aws));
  expect(error).toMatchObject({ code: ours });
  expect(error).toHaveProperty('message', expect.stringMatching(message));
  expect(error).toHaveProperty('hint', expect.stringMatching(hint));
});

test('a parameter that AWS refuses is our bug, and so is an error that no call caused', async () => {
  const { aws } = await refusing('InvalidParameterValue');
  expect(await explained(instances(aws))).toBeUndefined();
  expect(explainAwsError(Object.assign(new Error('x'), { name: 'AccessDenied' }))).toBeUndefined();
});

test('an AWS that cannot be reached is no bug', async () => {
  const error = await explained(whoAmI(await connect('http://127.0.0.1:1')));
  expect(error).toMatchObject({ code: 'aws', message: expect.stringContaining('sts:GetCallerIdentity') as string });
});

test('a throttled call is tried again', async () => {
  const { aws, calls } = await refusing('Throttling', 'slow down', 1);
  expect(await whoAmI(aws)).toMatchObject({ Account: '123456789012' });
  expect(calls()).toBe(2);
});
