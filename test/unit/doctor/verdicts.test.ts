import { describe, expect, it } from 'vitest';
import type { Context } from '../../../pipeline/core/context.ts';
import type { Verdict } from '../../../pipeline/core/check.ts';
import type { Target } from '../../../pipeline/core/target.ts';
import { judgeClock, judgeCredentials } from '../../../pipeline/stages/doctor/account.ts';
import { judgeDisk, judgeDocker, judgeMeteor, judgeNode } from '../../../pipeline/stages/doctor/computer.ts';
import { judgeAlarms } from '../../../pipeline/stages/doctor/alarms.ts';
import { judgeFleet } from '../../../pipeline/stages/doctor/fleet.ts';
import { judgePermissions } from '../../../pipeline/stages/doctor/permissions.ts';
import { judgeQuotas, type Quota } from '../../../pipeline/stages/doctor/quotas.ts';
import { checkDomain, judgeCertificate, judgeDomain } from '../../../pipeline/stages/doctor/site.ts';

const GiB = 1024 ** 3;
const now = Date.UTC(2026, 0, 1);
const inDays = (days: number) => new Date(now + days * 86_400_000);
const caller = { account: '123456789012', awsNowMs: now, ownNowMs: now };
const issued = { DomainName: 'shop.test', SubjectAlternativeNames: ['*.shop.test'] };
const vcpus: Quota = { what: 'vCPUs', service: 'ec2', code: 'L-1', limit: 32, used: 8, needed: 6 };

/** What is seen, what it comes to, and a word of what is said. */
const cases: Record<string, [seen: () => Verdict, verdict: Verdict['verdict'], says: string][]> = {
  docker: [
    [() => judgeDocker({ version: '28.0.0', freeBytes: 40 * GiB }), 'ok', '28.0.0 runs, 40.0 GiB'],
    [() => judgeDocker({ version: '28.0.0', freeBytes: undefined }), 'ok', '28.0.0'],
    [() => judgeDocker({ version: '28.0.0', freeBytes: 3 * GiB }), 'warning', '3.0 GiB are free'],
    [() => judgeDocker({ version: '28.0.0', freeBytes: GiB / 2 }), 'failed', '0.5 GiB are free'],
  ],
  disk: [
    [() => judgeDisk('/cache', 9 * GiB), 'ok', '/cache'],
    [() => judgeDisk('/cache', GiB), 'warning', '1.0 GiB'],
    [() => judgeDisk('/cache', 0), 'failed', '0.0 GiB'],
  ],
  meteor: [
    [
      () => judgeMeteor({ executable: 'meteor', version: 'Meteor 3.1\n', appRelease: 'METEOR@3.0.4' }),
      'ok',
      'Meteor 3.1',
    ],
    [() => judgeMeteor({ executable: 'meteor', version: undefined, appRelease: 'METEOR@3.0.4' }), 'failed', '"meteor"'],
  ],
  node: [
    [() => judgeNode('20.19.0'), 'ok', '20.19.0'],
    [() => judgeNode('24.1.0'), 'ok', '24.1.0'],
    [() => judgeNode('20.18.3'), 'failed', '20.18.3'],
  ],
  credentials: [
    [() => judgeCredentials({ ...caller, arn: 'arn:aws:iam::1:role/ci' }, { region: 'eu-west-1' }), 'ok', 'role/ci'],
    [
      () => judgeCredentials({ ...caller, arn: 'arn:aws:iam::1:root' }, { region: 'eu-west-1' }),
      'warning',
      'root user',
    ],
  ],
  clock: [
    [() => judgeClock(caller), 'ok', '0 s ahead'],
    [() => judgeClock({ ...caller, awsNowMs: undefined }), 'ok', 'did not name'],
    [() => judgeClock({ ...caller, ownNowMs: now - 90_000 }), 'warning', '1 min 30 s behind'],
    [() => judgeClock({ ...caller, ownNowMs: now + 400_000 }), 'failed', '6 min 40 s ahead'],
  ],
  permissions: [
    [() => judgePermissions([{ action: 'ec2:RunInstances', error: 'DryRunOperation' }]), 'ok', '1 operations'],
    [() => judgePermissions([{ action: 'iam:GetRole', error: 'NoSuchEntityException' }]), 'ok', 'allowed'],
    [() => judgePermissions([{ action: 'iam:GetRole', error: 'AccessDenied' }]), 'failed', 'iam:GetRole'],
  ],
  quotas: [
    [() => judgeQuotas([vcpus]), 'ok', '8 of 32 vCPUs'],
    [() => judgeQuotas([{ ...vcpus, used: 25 }]), 'warning', '25 of 32'],
    [() => judgeQuotas([{ ...vcpus, used: 30 }]), 'failed', 'needs 6 more'],
    [() => judgeQuotas([{ ...vcpus, used: 32, needed: 0 }]), 'ok', '32 of 32 vCPUs'],
    [() => judgeQuotas([{ ...vcpus, limit: undefined }]), 'ok', 'does not say how many vCPUs'],
  ],
  certificate: [
    [() => judgeCertificate(issued, ['shop.test'], now), 'ok', 'is issued'],
    [() => judgeCertificate(issued, ['www.shop.test'], now), 'ok', 'is issued'],
    [() => judgeCertificate(issued, ['a.b.shop.test'], now), 'failed', 'a.b.shop.test'],
    [() => judgeCertificate({ ...issued, NotAfter: inDays(9) }, [], now), 'warning', 'ends in 9 days'],
    [() => judgeCertificate({ ...issued, NotAfter: inDays(-1) }, [], now), 'failed', 'is over'],
  ],
  domain: [
    [() => judgeDomain('https://shop.test', { status: 200, release: 'v3' }, 'v3'), 'ok', 'answers with v3'],
    [() => judgeDomain('https://shop.test', { status: 200, release: 'v2' }, 'v3'), 'warning', 'v2, live is v3'],
    [() => judgeDomain('https://shop.test', { status: 404, release: undefined }, 'v3'), 'warning', 'status 404'],
    [() => judgeDomain('https://shop.test', { error: 'getaddrinfo ENOTFOUND shop.test' }, 'v3'), 'failed', 'ENOTFOUND'],
  ],
  alarms: [
    [() => judgeAlarms([], []), 'ok', 'none'],
    [() => judgeAlarms(['5xx'], [{ AlarmName: '5xx', StateValue: 'OK' }]), 'ok', 'quiet'],
    [() => judgeAlarms(['5xx'], [{ AlarmName: '5xx', StateValue: 'INSUFFICIENT_DATA' }]), 'warning', 'no data'],
    [
      () => judgeAlarms(['5xx'], [{ AlarmName: '5xx', StateValue: 'ALARM', StateReason: 'crossed' }]),
      'failed',
      'crossed',
    ],
    [() => judgeAlarms(['5xx', 'cpu'], [{ AlarmName: '5xx', StateValue: 'OK' }]), 'failed', 'no alarm "cpu"'],
  ],
  fleet: [
    [() => judgeFleet({ fleet: undefined }, []), 'ok', 'nothing is deployed yet'],
    [() => judgeFleet({ fleet: undefined }, [{ kind: 'suspended', processes: ['Launch'] }]), 'failed', 'Launch'],
    [() => judgeFleet({ fleet: undefined }, [{ kind: 'snapshot', id: 'snap-1' }]), 'warning', 'snap-1'],
  ],
};

describe.each(Object.entries(cases))('%s', (_, rows) => {
  it.each(rows)('%#: is judged as %s', (seen, verdict, says) => {
    const judged = seen();
    expect(judged.verdict).toBe(verdict);
    expect(judged.what).toContain(says);
    expect(judged.remedy === undefined).toBe(verdict === 'ok');
  });
});

describe('the site of a domain', () => {
  const target = { balancer: { domain: 'shop.test', httpPort: 80, httpsPort: 443 } } as unknown as Target;
  const asked = async (balancer: string) => {
    const requests: unknown[] = [];
    const http: Context['http'] = async ({ url, headers }) => {
      requests.push([url, headers?.['host']]);
      return { status: 200, headers: {}, body: '{"release":"v3"}' };
    };
    const seen = await checkDomain({ http } as Context, target, { rootUrl: undefined, live: 'v3', balancer });
    return [seen.what, ...requests];
  };
  const path = '/.well-known/redeploy/health';

  it('is asked where its name leads', async () => {
    expect(await asked('shop-1.us-east-1.elb.amazonaws.com')).toEqual([
      'https://shop.test answers with v3',
      [`https://shop.test${path}`, undefined],
    ]);
  });

  it('is asked at the load balancer itself when that is on this computer, where no name leads', async () => {
    expect(await asked('127.66.0.1')).toEqual([
      'https://shop.test (asked at 127.66.0.1, on this computer) answers with v3',
      [`https://127.66.0.1${path}`, 'shop.test'],
    ]);
  });
});
