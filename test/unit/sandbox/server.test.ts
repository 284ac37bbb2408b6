import { DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { X509Certificate } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { startServer, type RunningServer, type ServerOptions } from '../../../sandbox/server.ts';
import { clients } from '../../support/sandbox.ts';
import { noMachines } from '../../support/no-machines.ts';

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const start = async (options: Partial<ServerOptions> = {}) => {
  server = await startServer({ region: 'us-east-1', machines: noMachines(), port: 0, ...options });
  return server;
};

const sts = (authority: string) =>
  new STSClient({
    region: 'us-east-1',
    endpoint: `http://${authority}`,
    credentials: { accessKeyId: 'AKIASANDBOX000000000', secretAccessKey: 'sandbox' },
    maxAttempts: 2,
  });

test('an SDK client reaches the sandbox through its endpoint alone', async () => {
  const { authority } = await start();
  const identity = await sts(authority).send(new GetCallerIdentityCommand({}));
  expect(identity.Arn).toBe('arn:aws:iam::123456789012:user/sandbox');
});

test('a lost answer breaks the connection, and the client tries again', async () => {
  const attempts: number[] = [];
  const { authority } = await start({
    before: async ({ attempt }) => {
      attempts.push(attempt);
      return attempt === 1 ? 'lose-answer' : undefined;
    },
  });
  expect((await sts(authority).send(new GetCallerIdentityCommand({}))).Account).toBe('123456789012');
  expect(attempts).toEqual([1, 2]);
});

test('status tells where and what it is, an unknown path is 404', async () => {
  const { authority } = await start();
  const status = await fetch(`http://${authority}/_sandbox/status`);
  expect(await status.json()).toMatchObject({ region: 'us-east-1', authority, loadBalancers: [] });
  expect((await fetch(`http://${authority}/_sandbox/nothing`)).status).toBe(404);
});

test('a certificate is issued by hand, and its authority can be fetched', async () => {
  const { authority, sandbox } = await start();
  const { acm } = clients(sandbox);
  const url = `http://${authority}/_sandbox/certificates`;
  expect((await fetch(`${url}/authority.pem`)).status).toBe(404);
  const { CertificateArn } = await acm.send(new RequestCertificateCommand({ DomainName: 'shop.example.com' }));
  expect((await fetch(`${url}/nobody/issue`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${url}/${CertificateArn?.split('/')[1]}/issue`, { method: 'POST' })).status).toBe(200);
  const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
  expect(Certificate?.Status).toBe('ISSUED');
  expect(new X509Certificate(await (await fetch(`${url}/authority.pem`)).text()).ca).toBe(true);
});

test('a rehearsal needs no record at a provider of DNS: only names of zones that are here have to be proved', async () => {
  const { sandbox } = await start({ provesForeignNames: true });
  const { acm, route53 } = clients(sandbox);
  await route53.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }));
  const statusOf = async (DomainName: string) => {
    const asked = { DomainName, ValidationMethod: 'DNS' as const };
    const { CertificateArn } = await acm.send(new RequestCertificateCommand(asked));
    return (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate?.Status;
  };
  expect(await statusOf('shop.example.net')).toBe('ISSUED');
  expect(await statusOf('shop.example.com')).toBe('PENDING_VALIDATION');
});

test('a shutdown is obeyed, though never from a web page', async () => {
  let ended = () => {};
  const end = new Promise<void>((resolve) => (ended = resolve));
  const { authority } = await start({ onShutdown: ended });
  const url = `http://${authority}/_sandbox/shutdown`;
  const fromPage = await fetch(url, { method: 'POST', headers: { origin: 'https://evil.example' } });
  expect(fromPage.status).toBe(403);
  expect((await fetch(url, { method: 'POST' })).status).toBe(202);
  await end;
  await expect(fetch(url)).rejects.toThrow();
});

test('a taken port is refused as such', async () => {
  const { authority } = await start();
  const port = Number(authority.split(':')[1]);
  await expect(startServer({ region: 'us-east-1', machines: noMachines(), port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
