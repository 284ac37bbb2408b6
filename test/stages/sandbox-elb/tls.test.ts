import { DeleteCertificateCommand, DescribeCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  DescribeListenerCertificatesCommand,
  ModifyListenerCommand,
  RemoveListenerCertificatesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { connect, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { issueCertificate } from '../../../sandbox/engine/acm/validation.ts';
import { clients } from '../../support/sandbox.ts';
import { eventually, startSite } from './site.ts';

const port = 8443;

/** A site with certificates of its own and a way to connect to it as a browser would. */
async function startSecureSite() {
  const site = await startSite();
  const { acm } = clients(site.sandbox);
  const { state } = site.sandbox.engine;
  const request = async (DomainName: string) =>
    (await acm.send(new RequestCertificateCommand({ DomainName, ValidationMethod: 'DNS' }))).CertificateArn ?? '';
  const issue = async (DomainName: string) => {
    const arn = await request(DomainName);
    const certificate = state.acm.certificates[arn];
    if (certificate) issueCertificate(site.sandbox.engine, certificate);
    return arn;
  };
  const listen = (CertificateArn: string) =>
    site.elbv2.send(
      new CreateListenerCommand({
        LoadBalancerArn: site.loadBalancerArn,
        Protocol: 'HTTPS',
        Port: port,
        Certificates: [{ CertificateArn }],
        DefaultActions: [{ Type: 'forward', TargetGroupArn: site.targetGroupArn }],
      }),
    );
  /** Resolves with the open connection once the certificate was found good for the name. */
  const open = (servername: string) =>
    new Promise<TLSSocket>((resolve, reject) => {
      const socket = connect({ host: site.host, port, servername, ca: state.acm.authority?.cert ?? '' });
      socket.once('secureConnect', () => resolve(socket));
      socket.once('error', reject);
    });
  const nameServed = async (servername: string) => {
    const socket = await open(servername);
    const { subjectaltname } = socket.getPeerCertificate();
    socket.destroy();
    return subjectaltname;
  };
  return { ...site, acm, request, issue, listen, open, nameServed, [Symbol.asyncDispose]: site[Symbol.asyncDispose] };
}

test('a listener takes an issued certificate and no other, and serves with it', async () => {
  await using site = await startSecureSite();
  await site.addTarget((request, response) => response.end(String(request.headers['x-forwarded-proto'])));
  const pending = await site.request('shop.example.com');
  await expect(site.listen(pending)).rejects.toMatchObject({ name: 'UnsupportedCertificate' });
  const unknown = `${pending.slice(0, -1)}x`;
  await expect(site.listen(unknown)).rejects.toMatchObject({ name: 'CertificateNotFoundException' });
  const arn = await site.issue('shop.example.com');
  await site.listen(arn);
  const { Certificate } = await site.acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));
  expect(Certificate?.InUseBy).toEqual([site.loadBalancerArn]);
  await expect(site.acm.send(new DeleteCertificateCommand({ CertificateArn: arn }))).rejects.toMatchObject({
    name: 'ResourceInUseException',
  });
  const socket = await site.open('shop.example.com');
  let got = '';
  socket.on('data', (chunk) => (got += chunk.toString()));
  socket.write('GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n');
  await eventually('the answer', () => got.endsWith('https') || undefined);
  socket.destroy();
  await expect(site.open('other.example.com')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

test('the name that a client asks for chooses among the certificates of a listener', async () => {
  await using site = await startSecureSite();
  const [shop, wild, blog] = [
    await site.issue('shop.example.com'),
    await site.issue('*.example.com'),
    await site.issue('blog.example.com'),
  ];
  const { Listeners } = await site.listen(shop);
  const ListenerArn = Listeners?.[0]?.ListenerArn;
  const Certificates = [{ CertificateArn: wild }, { CertificateArn: blog }];
  await site.elbv2.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates }));
  expect(await site.nameServed('shop.example.com')).toBe('DNS:shop.example.com');
  expect(await site.nameServed('blog.example.com')).toBe('DNS:blog.example.com');
  expect(await site.nameServed('news.example.com')).toBe('DNS:*.example.com');
  const described = await site.elbv2.send(new DescribeListenerCertificatesCommand({ ListenerArn }));
  expect(described.Certificates).toEqual([
    { CertificateArn: shop, IsDefault: true },
    { CertificateArn: wild, IsDefault: false },
    { CertificateArn: blog, IsDefault: false },
  ]);
  const remove = (CertificateArn: string) =>
    site.elbv2.send(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] }));
  await remove(blog);
  expect(await site.nameServed('blog.example.com')).toBe('DNS:*.example.com');
  await expect(remove(shop)).rejects.toMatchObject({ name: 'OperationNotPermittedException' });
});

test('another default certificate is served to new connections, open ones go on', async () => {
  await using site = await startSecureSite();
  await site.addTarget((_request, response) => response.end('still here'));
  const [before, after] = [await site.issue('shop.example.com'), await site.issue('www.example.com')];
  const { Listeners } = await site.listen(before);
  const socket = await site.open('shop.example.com');
  let got = '';
  socket.on('data', (chunk) => (got += chunk.toString()));
  const Certificates = [{ CertificateArn: after }];
  await site.elbv2.send(new ModifyListenerCommand({ ListenerArn: Listeners?.[0]?.ListenerArn, Certificates }));
  expect(await site.nameServed('www.example.com')).toBe('DNS:www.example.com');
  socket.write('GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n');
  await eventually('the answer', () => got.endsWith('still here') || undefined);
  socket.destroy();
});
