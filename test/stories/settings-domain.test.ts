import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RequestCertificateCommand } from '@aws-sdk/client-acm';
import { DescribeListenersCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
} from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../sandbox/engine/acm/validation.ts';
import { clients } from '../support/sandbox.ts';
import { timings } from '../../sandbox/engine/engine.ts';
import { startStory, type Story } from '../support/story.ts';

const keys = { balancer: { domain: 'shop.example.com', otherDomains: ['www.shop.example.com'] } };

async function open(redeploy: Record<string, unknown> = keys): Promise<Story> {
  const story = await startStory(redeploy, { timing: { ...timings.none, tickMs: 10_000 } });
  await writeFile(path.join(story.app, 'settings/production.env'), 'MAIL_URL=smtp://mail.example.com\n');
  return story;
}

/** Who owns the account: what is made by hand is not made with the deployer's rights. */
const owner = ({ sandbox }: Story) => clients(sandbox);

async function zone(story: Story): Promise<string> {
  const made = await owner(story).route53.send(
    new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }),
  );
  return made.HostedZone?.Id ?? '';
}

async function records({ ctx }: Story, HostedZoneId: string): Promise<string[]> {
  const { ResourceRecordSets = [] } = await ctx.aws.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  return ResourceRecordSets.filter(({ Type }) => Type === 'A' || Type === 'CNAME').map(
    ({ Name = '', Type, AliasTarget }) => `${Name.replace(/^_[0-9a-f]+/, '_proof')} ${AliasTarget ? 'alias' : Type}`,
  );
}

const certificates = ({ sandbox }: Story) => Object.values(sandbox.engine.state.acm.certificates);

async function ports({ ctx, sandbox }: Story) {
  const [LoadBalancerArn] = Object.keys(sandbox.engine.state.elb.loadBalancers);
  const { Listeners = [] } = await ctx.aws.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn }));
  return Listeners.map((one) => [one.Port, one.DefaultActions?.[0]?.Type, one.Certificates?.[0]?.CertificateArn]);
}

const rootUrl = ({ sandbox }: Story): string => JSON.stringify(sandbox.engine.state.secrets).replaceAll('\\', '');
const notes = ({ events }: Story) => events.flatMap((event) => (event.kind === 'note' ? [event.message] : []));

describe('a domain', () => {
  it('whose zone is here gets a certificate, proved by records, HTTPS, and records that lead to the balancer', async () => {
    await using story = await open();
    const id = await zone(story);
    await story.deploy();
    const [certificate, ...others] = certificates(story);
    expect(others).toEqual([]);
    expect(certificate).toMatchObject({
      status: 'ISSUED',
      names: ['shop.example.com', 'www.shop.example.com'],
      tags: { 'redeploy:app': 'shop', 'redeploy:environment': 'production' },
    });
    expect(await ports(story)).toEqual([
      [443, 'forward', certificate?.arn],
      [80, 'redirect', undefined],
    ]);
    expect((await records(story, id)).toSorted()).toEqual([
      '_proof.shop.example.com. CNAME',
      '_proof.www.shop.example.com. CNAME',
      'shop.example.com. alias',
      'www.shop.example.com. alias',
    ]);
    expect(rootUrl(story)).toContain('"ROOT_URL":"https://shop.example.com"');
    expect(await story.deploy()).toMatchObject({ action: 'unchanged' });
    expect(certificates(story)).toHaveLength(1);
  });

  it('whose zone is elsewhere: it says which records to add, waits for the proof, and goes on with it in another run', async () => {
    await using story = await open({ balancer: { domain: 'shop.example.com' } });
    await expect(story.deploy()).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/DNS has to have _[0-9a-f]{32}\.shop\.example\.com\. CNAME _[0-9a-f]{32}\.acm-/),
    });
    const { ec2, elb } = story.sandbox.engine.state;
    expect([Object.keys(ec2.instances), Object.keys(elb.loadBalancers)]).toEqual([[], []]);
    const [certificate] = certificates(story);
    // The user adds the record at his provider; the sandbox knows no other DNS than its own.
    if (certificate) issueCertificate(story.sandbox.engine, certificate);
    await story.deploy();
    expect(certificates(story)).toHaveLength(1);
    expect(notes(story).filter((note) => note.startsWith('shop.example.com has its DNS elsewhere'))).toHaveLength(1);
  });

  it('that leads elsewhere is left alone', async () => {
    await using story = await open({ balancer: { domain: 'shop.example.com' } });
    const HostedZoneId = await zone(story);
    const old = { Name: 'shop.example.com', Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value: '192.0.2.7' }] };
    const ChangeBatch = { Changes: [{ Action: 'CREATE' as const, ResourceRecordSet: old }] };
    await owner(story).route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch }));
    await story.deploy();
    expect(await records(story, HostedZoneId)).toContain('shop.example.com. A');
    expect(notes(story).join()).toMatch(/shop\.example\.com leads to 192\.0\.2\.7.*redeploy cutover/);
  });

  it('for which ACM has a certificate uses that', async () => {
    await using story = await open({ balancer: { domain: 'shop.example.com' } });
    await zone(story);
    const { acm } = owner(story);
    await acm.send(new RequestCertificateCommand({ DomainName: '*.example.com', ValidationMethod: 'EMAIL' }));
    const [wildcard] = certificates(story);
    if (wildcard) issueCertificate(story.sandbox.engine, wildcard);
    await story.deploy();
    expect(certificates(story)).toHaveLength(1);
    expect((await ports(story))[0]).toEqual([443, 'forward', wildcard?.arn]);
  });
});

describe('a certificate that is named', () => {
  it.each([
    ['is not issued', '*.example.com', /it is PENDING_VALIDATION, not ISSUED/],
    ['is for another name', 'shop.example.org', /it is for shop\.example\.org, not for shop\.example\.com/],
  ])('and %s is refused before anything is made', async (_, DomainName, message) => {
    await using story = await open();
    const { acm } = owner(story);
    const { CertificateArn } = await acm.send(new RequestCertificateCommand({ DomainName, ValidationMethod: 'EMAIL' }));
    const [certificate] = certificates(story);
    if (certificate && DomainName.endsWith('org')) issueCertificate(story.sandbox.engine, certificate);
    await story.configure({ balancer: { domain: 'shop.example.com', certificate: CertificateArn } });
    await expect(story.deploy()).rejects.toMatchObject({
      code: 'settings',
      message: expect.stringMatching(message) as unknown,
    });
    expect(Object.keys(story.sandbox.engine.state.elb.loadBalancers)).toEqual([]);
  });
});
