import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, test } from 'vitest';
import type { Context } from '../../../pipeline/core/context.ts';
import { explain, idleEntries, unexplained } from '../../../pipeline/core/retire/finding.ts';
import { readTarget, type Target } from '../../../pipeline/core/target.ts';
import { http } from '../../../pipeline/edge/http.ts';
import { findDifferences } from '../../../pipeline/stages/retiree/compare.ts';
import { goodSite, openSite, type Behaviour, type Site } from './site.ts';

const ctx = { http } as Context;

async function targetOf(old: Site, fresh: Site): Promise<Target> {
  const directory = await mkdtemp(path.join(tmpdir(), 'parity-'));
  const settings = {
    app: 'shop',
    region: 'us-east-1',
    environments: { production: {} },
    balancer: { httpPort: fresh.port },
    retire: {
      kind: 'elsewhere',
      address: '127.0.0.1',
      httpPort: old.port,
      hostnames: ['shop.test'],
      uploadBytes: 100_000,
      clientAddressPath: '/whoami',
    },
  };
  await writeFile(path.join(directory, 'redeploy.json'), JSON.stringify(settings));
  const target = await readTarget(directory);
  await rm(directory, { recursive: true });
  return target;
}

const sides = { old: '127.0.0.1', new: '127.0.0.1' };

async function differences(change: Partial<Behaviour>) {
  await using old = await openSite();
  await using fresh = await openSite(change);
  const found = await findDifferences(ctx, await targetOf(old, fresh), sides);
  expect(fresh.lastHost).toBe('shop.test');
  return found;
}

it('finds nothing where both answer alike', async () => {
  expect(await differences({})).toEqual([]);
});

const planted: [string, Partial<Behaviour>, string, [string, string]][] = [
  ['status', { status: 203 }, 'GET / status', ['200', '203']],
  ['redirect', { redirect: 'https://www.shop.test/' }, 'GET / redirect', ['', 'https://www.shop.test/']],
  [
    'header',
    { headers: { ...goodSite.headers, 'cache-control': 'no-store' } },
    'GET / header cache-control',
    ['', 'no-store'],
  ],
  [
    'cookie',
    { headers: { ...goodSite.headers, 'set-cookie': ['session=2; Path=/'] } },
    'GET / cookies',
    ['session; httponly; path=/', 'session; path=/'],
  ],
  ['body size class', { body: 'short' }, 'GET / body size', ['1700 bytes', '5 bytes']],
  [
    'SockJS info',
    { sockjs: { websocket: false, cookie_needed: false, origins: ['*:*'] } },
    '/sockjs/info',
    [
      'websocket: true, cookie_needed: false, origins: ["*:*"]',
      'websocket: false, cookie_needed: false, origins: ["*:*"]',
    ],
  ],
  ['WebSocket upgrade', { takesWebSockets: false }, 'WebSocket upgrade', ['yes', 'no (status 400)']],
  ['upload limit', { uploadLimitBytes: 1000 }, 'upload of 100000 bytes', ['taken', 'refused (status 413)']],
  ['compression', { compresses: false }, 'compression', ['gzip', 'none']],
  [
    'client address',
    { clientAddress: (_, socket) => socket },
    'client address',
    ['198.51.100.7, 127.0.0.1', '127.0.0.1'],
  ],
];

test.each(planted)('finds a planted difference in %s and shows both sides', async (_, change, key, [old, fresh]) => {
  expect(await differences(change)).toContainEqual({ key, host: 'shop.test', old, new: fresh });
});

it('finds a side that does not answer at all', async () => {
  await using old = await openSite();
  await using fresh = await openSite();
  const target = await targetOf(old, fresh);
  const closed = { ...target, balancer: { ...target.balancer, httpPort: 1 } };
  const [first] = await findDifferences(ctx, closed, sides);
  expect(first).toMatchObject({ key: 'GET / answer', old: 'status 200' });
  expect(first?.new).toContain('ECONNREFUSED');
});

it('takes a difference for explained when retire.accept names it, and names entries that explain nothing', async () => {
  const found = await differences({ status: 203, compresses: false });
  const accept = [
    { difference: '* status', reason: 'the new one says where it comes from' },
    { difference: 'shop.test compression', reason: 'CloudFront compresses in front of it' },
    { difference: 'cron *', reason: 'there is none any more' },
  ];
  expect(unexplained(found).length).toBeGreaterThan(0);
  expect(unexplained(explain(found, accept))).toEqual([]);
  expect(idleEntries(found, accept)).toEqual(['cron *']);
});
