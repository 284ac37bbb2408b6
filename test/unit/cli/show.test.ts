import { expect, test } from 'vitest';
import type { ListedRelease } from '../../../pipeline/commands/releases.ts';
import type { Status } from '../../../pipeline/commands/status.ts';
import { dateText, momentText, whoText } from '../../../pipeline/cli/show/moment.ts';
import { showDeploy } from '../../../pipeline/cli/show/deploy.ts';
import { showReleases } from '../../../pipeline/cli/show/releases.ts';
import { showStatus } from '../../../pipeline/cli/show/status.ts';
import { painter } from '../../../pipeline/edge/terminal/paint.ts';

const plain = painter(false);
const now = new Date(2026, 0, 31, 12).getTime();
const ago = (minutes: number) => new Date(now - minutes * 60_000);

const release = (number: number, more: Partial<ListedRelease> = {}): ListedRelease => ({
  number,
  name: `v${number}`,
  key: 'k',
  ami: `ami-0${number}`,
  image: 'sha256:0123456789abcdef',
  settingsVersion: 'fedcba9876543210',
  bakeKey: 'k-1',
  types: ['t3.small'],
  revision: '0123456789abcdef-dirty',
  createdAt: ago(65),
  createdBy: 'arn:aws:sts::123456789012:assumed-role/admin/ada',
  mark: undefined,
  ...more,
});

const world: Status = {
  app: 'shop',
  environment: 'production',
  region: 'eu-central-1',
  live: release(41),
  url: 'https://shop.example.com',
  size: { min: 2, desired: 2, max: 4 },
  machines: [
    {
      id: 'i-0a',
      type: 't3.small',
      zone: 'eu-central-1a',
      release: 'v41',
      lifecycle: 'InService',
      health: 'healthy',
      healthReason: undefined,
      launchedAt: ago(63),
    },
    {
      id: 'i-0b',
      type: 't3a.small',
      zone: 'eu-central-1b',
      release: 'v42',
      lifecycle: 'Pending',
      health: 'initial',
      healthReason: 'Target registration is in progress',
      launchedAt: ago(1),
    },
  ],
  reserve: [
    {
      group: 'shop-production-spare-v40',
      release: 'v40',
      until: ago(-30),
      desired: 1,
      machines: [{ id: 'i-0d', lifecycle: 'InService', health: undefined }],
      isLeaving: false,
    },
  ],
  roll: {
    id: 'r',
    status: 'InProgress',
    release: 'v42',
    percent: 50,
    startedAt: ago(2),
    endedAt: undefined,
    reason: undefined,
  },
  failure: undefined,
  halfMade: ['builder i-0c still exists'],
};

test('status tells release, address, roll, every machine and what is half-made', () => {
  expect(showStatus(world, now).lines(plain)).toEqual([
    'shop production in eu-central-1',
    `  release     v41  ${dateText(ago(65))}, 1 h ago, by ada, from 0123456789ab`,
    '  address     https://shop.example.com',
    '  machines    2 wanted, 2 to 4',
    `  in reserve  1 of v40 until ${dateText(ago(-30))}: \`redeploy rollback\` takes seconds`,
    '  rolling     to v42: InProgress 50 %, since 2 min',
    '',
    '  machine  type       zone           release  state      health   age',
    '  i-0a     t3.small   eu-central-1a  v41      InService  healthy  1 h',
    '  i-0b     t3a.small  eu-central-1b  v42      Pending    initial  1 min  Target registration is in progress',
    '! builder i-0c still exists',
  ]);
});

test('status before the first deploy says how to begin; a roll that failed is told', () => {
  const nothing = {
    ...world,
    live: undefined,
    url: undefined,
    size: undefined,
    machines: [],
    reserve: [],
    roll: undefined,
    halfMade: [],
  };
  expect(showStatus(nothing, now).lines(plain)).toEqual([
    'shop production in eu-central-1',
    'not deployed yet: `redeploy deploy` makes everything',
  ]);
  const failure = {
    id: 'r',
    status: 'RollbackSuccessful',
    release: 'v42',
    percent: 100,
    startedAt: ago(9),
    endedAt: undefined,
    reason: 'no health',
  } as const;
  expect(
    showStatus({ ...world, roll: undefined, failure }, now)
      .lines(plain)
      .join('\n'),
  ).toContain('last roll   v42 was taken back (begun 9 min ago, RollbackSuccessful); `redeploy logs v42` tells why');
});

test('releases are a table with what there is to go back to', () => {
  const found = {
    live: 'v41',
    releases: [release(42, { mark: 'failed' }), release(41, { mark: 'live', revision: undefined })],
  };
  const when = dateText(ago(65));
  expect(showReleases(found).lines(plain)).toEqual([
    'release  when              who  revision          image         AMI      settings',
    `v42      ${when}  ada  0123456789-dirty  0123456789ab  ami-042  fedcba98  failed`,
    `v41      ${when}  ada                    0123456789ab  ami-041  fedcba98  live`,
  ]);
  expect(showReleases({ live: undefined, releases: [] }).lines(plain)).toEqual([
    'no releases yet: `redeploy deploy` makes the first',
  ]);
});

test.each([
  ['deployed', 'v41', /v42 is live in place of v41, after 1 min 5 s/],
  ['deployed', undefined, /v42 is live, after/],
  ['rolled-back', 'v43', /v42 is live again in place of v43/],
  ['unchanged', undefined, /nothing has changed: v42 stays live/],
] as const)('%s from %s', (action, previous, headline) => {
  const result = {
    action,
    previous,
    release: 'v42',
    url: 'http://lb',
    ami: 'ami-1',
    imageDigest: 'sha256:1',
    settingsVersion: 'fedcba9876',
    seconds: 65,
  };
  const shown = showDeploy(result);
  expect(shown.document).toBe(result);
  expect(shown.lines(plain).join('\n')).toMatch(headline);
  expect(shown.lines(plain)).toContain('  address   http://lb');
});

test('moments are told in local time with their age; people by the end of their ARN', () => {
  expect(momentText(ago(180), now)).toBe('2026-01-31 09:00, 3 h ago');
  expect(momentText(undefined, now)).toBe('');
  expect(whoText('arn:aws:iam::123456789012:user/ada')).toBe('ada');
});
