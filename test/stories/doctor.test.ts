import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling';
import { RequestCertificateCommand } from '@aws-sdk/client-acm';
import { describe, expect, it } from 'vitest';
import { showDoctor } from '../../pipeline/cli/show/doctor.ts';
import { doctor, type Doctor } from '../../pipeline/commands/doctor.ts';
import type { Context } from '../../pipeline/core/context.ts';
import { namesOf } from '../../pipeline/core/names.ts';
import { AwsError } from '../../sandbox/api/error.ts';
import { issueCertificate } from '../../sandbox/engine/acm/validation.ts';
import { clients } from '../support/sandbox.ts';
import { startStory, type Story } from '../support/story.ts';

async function examine(story: Story, around: Partial<Context> = {}): Promise<Doctor> {
  const bundle = path.join(story.app, 'bundle');
  return await story.clock.run(async () => doctor({ ...story.ctx, ...around }, await story.target(), { bundle }));
}

const badOf = ({ checks }: Doctor) =>
  Object.fromEntries(checks.filter(({ verdict }) => verdict === 'failed').map(({ name, what }) => [name, what]));

describe('doctor', () => {
  it('finds nothing wrong where a deploy would succeed, before it and after it', async () => {
    await using story = await startStory();
    const before = await examine(story);
    expect(badOf(before)).toEqual({});
    expect(before.isFit).toBe(true);
    await story.deploy();
    const after = await examine(story);
    // No DNS leads to a load balancer on this computer.
    expect(after.checks.find(({ name }) => name === 'domain')?.what).toMatch(
      /^http:\/\/shop\.test \(asked at 127\.\S+, on this computer\) answers with v1$/,
    );
    expect(after.checks.find(({ name }) => name === 'quotas')?.what).toMatch(
      /4 of 128 vCPUs .*, 0 of 5 Elastic IP addresses, 1 of 50000 AMIs, /,
    );
    expect(badOf(after)).toEqual({});
  });

  it('makes every check although others fail, and says for each what to do', async () => {
    await using story = await startStory({
      balancer: { certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000000' },
      bake: { baseAmi: 'ami-00000000000000000' },
      rollout: { alarms: ['too-many-errors'] },
    });
    story.sandbox.engine.state.quotas.values['L-1216C47A'] = 5;
    const docker = { version: async () => Promise.reject(new Error('connect ENOENT /var/run/docker.sock')) };
    await writeFile(path.join(story.app, 'settings/production.env'), 'PORT=3000\n');
    await rm(path.join(story.app, 'bundle/main.js'));
    const seen = await examine(story, { docker: docker as unknown as Context['docker'] });
    expect(Object.keys(badOf(seen))).toEqual([
      'docker',
      'meteor',
      'settings',
      'quotas',
      'base AMI',
      'certificate',
      'alarms',
    ]);
    expect(
      seen.checks.every(({ verdict, remedy }) => verdict === 'ok' || verdict === 'skipped' || (remedy ?? '') !== ''),
    ).toBe(true);
    expect(showDoctor(seen).exitCode).toBe(1);
  });

  it('says what may not be done, and what is wrong with the fleet', async () => {
    let isDenied = false;
    const before = async ({ operation }: { operation: string }) => {
      if (!isDenied || operation !== 'CreateLaunchTemplate') return;
      throw new AwsError('UnauthorizedOperation', 'You are not authorized to perform this operation.', { status: 403 });
    };
    await using story = await startStory({}, { before });
    await story.deploy();
    isDenied = true;
    const AutoScalingGroupName = namesOf(await story.target()).group;
    const request = { AutoScalingGroupName, ScalingProcesses: ['Launch', 'AZRebalance'] };
    await clients(story.sandbox).autoScaling.send(new SuspendProcessesCommand(request));
    const http = async () => Promise.reject(new Error('connect ECONNREFUSED'));
    expect(badOf(await examine(story, { http }))).toEqual({
      permissions: 'not allowed: ec2:CreateLaunchTemplate',
      domain: expect.stringMatching(/^http:\/\/shop\.test \(.*\) cannot be reached: connect ECONNREFUSED$/) as string,
      fleet: expect.stringContaining('Launch of the group are suspended') as string,
    });
  });

  it('judges the certificate that a deploy would serve with, and a ROOT_URL that leads nowhere', async () => {
    await using story = await startStory({ balancer: { domain: 'shop.example.com' } });
    const env = path.join(story.app, 'settings/production.env');
    await writeFile(env, '');
    const told = async (name: string) => {
      const found = (await examine(story)).checks.find((check) => check.name === name);
      return `${found?.verdict}: ${found?.what}`;
    };
    expect(await told('certificate')).toBe('ok: ACM has none for shop.example.com yet: a deploy requests one');
    await story.account.acm.send(
      new RequestCertificateCommand({ DomainName: '*.example.com', ValidationMethod: 'DNS' }),
    );
    const [certificate] = Object.values(story.sandbox.engine.state.acm.certificates);
    if (certificate) issueCertificate(story.sandbox.engine, certificate);
    expect(await told('certificate')).toBe('ok: certificate for *.example.com is issued');
    expect(await told('domain')).toBe('ok: https://shop.example.com is asked once something is deployed');
    await story.configure({ balancer: { certificate: 'arn:aws:iam::123456789012:server-certificate/shop' } });
    await writeFile(env, 'ROOT_URL=https://localhost\n');
    expect(await told('certificate')).toContain('a server certificate of IAM is taken as it is');
    expect(await told('domain')).toMatch(/^warning: ROOT_URL is https:\/\/localhost: the links that the app makes/);
  });

  it('checks this computer even without credentials', async () => {
    const before = async ({ operation }: { operation: string }) => {
      if (operation !== 'GetCallerIdentity') return;
      throw new AwsError('ExpiredToken', 'the security token is expired', { status: 403 });
    };
    await using story = await startStory({}, { before });
    const seen = await examine(story);
    const verdicts = Object.fromEntries(seen.checks.map(({ name, verdict }) => [name, verdict]));
    expect(verdicts).toMatchObject({ docker: 'ok', node: 'ok', credentials: 'failed', quotas: 'skipped' });
  });
});
