import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, test } from 'vitest';
import type { Context } from '../../../pipeline/core/context.ts';
import { explain, idleEntries, unexplained } from '../../../pipeline/core/retire/finding.ts';
import { questionsOf } from '../../../pipeline/core/retire/parity.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';
import type { Target } from '../../../pipeline/core/target.ts';
import { http } from '../../../pipeline/edge/http.ts';
import { findDifferences } from '../../../pipeline/stages/retiree/compare.ts';
import { goodSite, openSite, type Behaviour, type Site } from './site.ts';

/** TLS is left out: what is asked over https goes to another port of the same site. */
const ctx = {
  http: (request) => http({ ...request, url: request.url.replace(/^https:/, 'http:') }),
} as Context;

/** A site at its port for https, and what its port for http does. */
interface Pair extends AsyncDisposable {
  secure: Site;
  plain: Site;
}

const good: Partial<Behaviour> = { redirect: 'https://shop.test/' };

async function openPair(change: Partial<Behaviour> = {}, plain: Partial<Behaviour> = good): Promise<Pair> {
  const [secure, other] = await Promise.all([openSite(change), openSite(plain)]);
  return {
    secure,
    plain: other,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([secure[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
    },
  };
}

async function targetOf(old: Pair, fresh: Pair): Promise<Target> {
  const directory = await mkdtemp(path.join(tmpdir(), 'parity-'));
  const settings = {
    app: 'shop',
    region: 'us-east-1',
    environments: { production: {} },
    balancer: {
      httpPort: fresh.plain.port,
      httpsPort: fresh.secure.port,
      certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012',
    },
    retire: {
      kind: 'elsewhere',
      address: '127.0.0.1',
      httpPort: old.plain.port,
      httpsPort: old.secure.port,
      hostnames: ['shop.test'],
      methods: ['GET', 'HEAD', 'OPTIONS', 'POST'],
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

async function differences(change: Partial<Behaviour>, plain: Partial<Behaviour> = good) {
  await using old = await openPair();
  await using fresh = await openPair(change, plain);
  const found = await findDifferences(ctx, await targetOf(old, fresh), sides);
  expect(fresh.secure.lastHost).toBe('shop.test');
  return found;
}

it('finds nothing where both answer alike', async () => {
  expect(await differences({})).toEqual([]);
});

/** A difference, and how the two sides of it are shown. */
interface Plant {
  change?: Partial<Behaviour>;
  /** At the port for http. */
  plain?: Partial<Behaviour>;
  shown: [string | RegExp, string | RegExp];
}

const withHeader = (name: string, value: string | string[]) => ({ headers: { ...goodSite.headers, [name]: value } });

/** What is planted for each kind of property; a name of what is asked, or of a header, tells more. */
const plants: Record<string, (name: string) => Plant> = {
  status: () => ({ change: { status: 203 }, shown: ['200', '203'] }),
  redirect: () => ({ change: { redirect: 'https://www.shop.test/' }, shown: ['', 'https://www.shop.test/'] }),
  cookies: () => ({
    change: withHeader('set-cookie', ['session=2; Path=/']),
    shown: ['session; httponly; path=/', 'session; path=/'],
  }),
  'body size': () => ({ change: { body: 'short' }, shown: ['1700 bytes', '5 bytes'] }),
  header: (name) => ({ change: withHeader(name, 'another/one'), shown: [/^(|text.*)$/, 'another/one'] }),
  'http redirect': () => ({ plain: {}, shown: ['yes', 'no (status 200)'] }),
  'http location': () => ({
    plain: { redirect: 'https://www.shop.test/' },
    shown: ['https://shop.test/', 'https://www.shop.test/'],
  }),
  '/sockjs/info': () => ({
    change: { sockjs: { websocket: false, cookie_needed: false, origins: ['*:*'] } },
    shown: [/^websocket: true, cookie_needed: false/, /^websocket: false, cookie_needed: false/],
  }),
  'WebSocket upgrade': () => ({ change: { takesWebSockets: false }, shown: ['yes', 'no (status 400)'] }),
  upload: () => ({ change: { uploadLimitBytes: 1000 }, shown: ['taken', 'refused (status 413)'] }),
  compression: () => ({ change: { compresses: false }, shown: ['gzip', 'none'] }),
  'client address': () => ({
    change: { clientAddress: (_, socket) => socket },
    shown: ['198.51.100.7, 127.0.0.1', '127.0.0.1'],
  }),
  answer: (name) => ({
    change: { isMute: (method, url) => `${method} ${url}` === name },
    shown: [/^status \d+$/, /^no answer: /],
  }),
};

/** `GET / header vary`: kind `header`, name `vary`. */
function kindOf(key: string): { kind: string; name: string } {
  const [, asked = '', kind = key.replace(/^upload of .*/, 'upload'), header = ''] =
    /^([A-Z]+ \S+) (header|\D+)(?: (\S+))?$/.exec(key) ?? [];
  return { kind, name: header || asked };
}

/** Every property that the product compares, from the questions themselves. */
async function comparedProperties(): Promise<string[]> {
  await using site = await openPair();
  const { retire } = await targetOf(site, site);
  const answer = { status: 200, headers: {}, body: '' };
  const keys = questionsOf(retire, true).flatMap((question) =>
    Object.keys(question.look(answer)).concat(`${question.method} ${question.path} answer`),
  );
  return [...new Set(keys)];
}

const compared = await comparedProperties();

test('something is planted for every kind of property that is compared, and for no other', () => {
  const kinds = new Set(compared.map((key) => kindOf(key).kind));
  expect([...kinds].toSorted()).toEqual(Object.keys(plants).toSorted());
});

test.each(compared)('a difference planted in %s is found, and both sides are shown', async (key) => {
  const { kind, name } = kindOf(key);
  const { change = {}, plain, shown } = plants[kind]?.(name) ?? { shown: ['', ''] };
  const found = (await differences(change, plain)).find((one) => one.key === key);
  expect(found?.host).toBe('shop.test');
  expect([found?.old, found?.new]).toEqual(
    shown.map((text) => (typeof text === 'string' ? text : (expect.stringMatching(text) as string))),
  );
});

it('finds a side where nobody listens', async () => {
  await using old = await openPair();
  await using fresh = await openPair();
  const target = await targetOf(old, fresh);
  const closed = { ...target, balancer: { ...target.balancer, httpsPort: 1 } };
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
