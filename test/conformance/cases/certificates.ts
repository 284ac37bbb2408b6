import {
  AddTagsToCertificateCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Bench } from '../bench.ts';

const unknown = 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000000';

/** Certificates from request to deletion, and a listener that asks for one that is not there. */
export async function certificates(bench: Bench): Promise<void> {
  const {
    aws: { acm },
    call,
    malformed,
  } = bench;
  const request = { DomainName: 'shop.example.com', ValidationMethod: 'DNS', IdempotencyToken: 'redeploy1' } as const;
  const wanted = {
    ...request,
    SubjectAlternativeNames: ['*.shop.example.com'],
    Tags: [{ Key: 'redeploy:app', Value: 'shop' }],
  };
  const made = await call('new', () => acm.send(new RequestCertificateCommand(wanted)));
  const CertificateArn = made?.CertificateArn ?? unknown;
  await call('same token', () => acm.send(new RequestCertificateCommand(wanted)));
  await malformed('bad name', () => acm.send(new RequestCertificateCommand({ ...request, DomainName: 'no_name' })));
  await malformed('bad token', () => acm.send(new RequestCertificateCommand({ ...request, IdempotencyToken: 'a b' })));
  await call('first name too long', () =>
    acm.send(new RequestCertificateCommand({ DomainName: `${'a'.repeat(60)}.example.com`, ValidationMethod: 'DNS' })),
  );
  await call('new one', () => acm.send(new DescribeCertificateCommand({ CertificateArn })));
  await call('unknown', () => acm.send(new DescribeCertificateCommand({ CertificateArn: unknown })));
  await malformed('bad ARN', () => acm.send(new DescribeCertificateCommand({ CertificateArn: 'arn:aws:acm' })));
  await call('all', () => acm.send(new ListCertificatesCommand({ Includes: { keyTypes: ['RSA_2048'] } })));
  await call('expired', () => acm.send(new ListCertificatesCommand({ CertificateStatuses: ['EXPIRED'] })));
  await call('elliptic', () => acm.send(new ListCertificatesCommand({ Includes: { keyTypes: ['EC_prime256v1'] } })));
  await call('sorted without an order', () => acm.send(new ListCertificatesCommand({ SortBy: 'CREATED_AT' })));
  const other = { DomainName: 'other.example.com', ValidationMethod: 'DNS' } as const;
  await acm.send(new RequestCertificateCommand(other));
  await call('one page', async () => {
    const page = await acm.send(new ListCertificatesCommand({ MaxItems: 1 }));
    return { count: page.CertificateSummaryList?.length, more: page.NextToken !== undefined };
  });
  const Tags = [{ Key: 'owner', Value: 'me' }];
  await call('one', () => acm.send(new AddTagsToCertificateCommand({ CertificateArn, Tags })));
  await call('unknown', () => acm.send(new AddTagsToCertificateCommand({ CertificateArn: unknown, Tags })));
  await call('both', () => acm.send(new ListTagsForCertificateCommand({ CertificateArn })));
  await call('unknown', () => acm.send(new ListTagsForCertificateCommand({ CertificateArn: unknown })));
  await listenerWithout(bench, CertificateArn);
  await call('unused', () => acm.send(new DeleteCertificateCommand({ CertificateArn })));
  await call('again', () => acm.send(new DeleteCertificateCommand({ CertificateArn })));
}

async function listenerWithout({ aws: { ec2, elbv2 }, call }: Bench, pending: string): Promise<void> {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const ids = Subnets.slice(0, 2).map(({ SubnetId = '' }) => SubnetId);
  const { LoadBalancers } = await elbv2.send(new CreateLoadBalancerCommand({ Name: 'tls', Subnets: ids }));
  const group = { Name: 'tls', Protocol: 'HTTP', Port: 80, VpcId: Subnets[0]?.VpcId } as const;
  const { TargetGroups } = await elbv2.send(new CreateTargetGroupCommand(group));
  const listener = {
    LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
    Protocol: 'HTTPS' as const,
    Port: 8443,
    DefaultActions: [{ Type: 'forward' as const, TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn }],
  };
  await call('unknown certificate', () =>
    elbv2.send(new CreateListenerCommand({ ...listener, Certificates: [{ CertificateArn: unknown }] })),
  );
  await call('pending certificate', () =>
    elbv2.send(new CreateListenerCommand({ ...listener, Certificates: [{ CertificateArn: pending }] })),
  );
}
