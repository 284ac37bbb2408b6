import type { Context } from '../../pipeline/core/context.ts';
import type { Event } from '../../pipeline/core/event.ts';
import { Secret } from '../../pipeline/core/secret.ts';
import { http } from '../../pipeline/edge/http.ts';
import { startDigitalOcean } from '../../sandbox/digitalocean.ts';
import { host } from './old-machine.ts';
import { startRetirement, type Retirement } from './retirement.ts';
import type { StorySandbox } from './story.ts';

// Old load balancers that run where AWS is not. Their names' DNS is somebody else's, too: a user does what is told.

export const rightToken = 'dop_v1_right';

/** A retirement from such a place. */
export interface Place extends AsyncDisposable {
  retirement: Retirement;
  /** The story's context with the place's own API and DNS, and a user who does by hand what notes ask for. */
  own: Context;
  dns: { address: string };
  /** What of the place is left and what was done there; comparable from run to run. */
  look: () => unknown;
}

export const placeKinds = ['digitalocean', 'elsewhere'] as const;
export type PlaceKind = (typeof placeKinds)[number];

export const openPlace = (kind: PlaceKind, around: StorySandbox = {}): Promise<Place> =>
  kind === 'elsewhere' ? openElsewhere(around) : openDroplet({}, around);

const pause = { shiftPauseSeconds: 20 };

async function openElsewhere(around: StorySandbox): Promise<Place> {
  const settings = { kind: 'elsewhere', tag: undefined, address: '198.51.100.9', ...pause };
  const retirement = await startRetirement(settings, around);
  const { dns, own } = withUser(retirement);
  return {
    retirement,
    dns,
    own,
    look: () => ({ isUp: retirement.hand.isUp }),
    [Symbol.asyncDispose]: () => retirement[Symbol.asyncDispose](),
  };
}

/** DNS that shows at once what it is told, and whoever walks to the machine. */
function withUser(retirement: Retirement): { dns: { address: string }; own: Context } {
  const { ctx, hand, machine } = retirement;
  const dns = { address: machine.address };
  const obey = (event: Event): void => {
    if (event.kind !== 'note') return;
    const [, address] = /^change this where .* -> A (\S+), TTL/.exec(event.message) ?? [];
    if (address !== undefined) dns.address = address;
    if (event.message.startsWith('stop the machine')) hand.isUp = false;
    if (event.message.startsWith('start the machine')) hand.isUp = true;
  };
  const own: Context = {
    ...ctx,
    report: (event) => {
      ctx.report(event);
      obey(event);
    },
    dns: async ({ name, type }) => (name === host && type === 'A' ? [{ value: dns.address, ttlSeconds: 300 }] : []),
  };
  return { dns, own };
}

/** A droplet with its reserved address, and a neighbour of each, so that lists hold more than what is looked for. */
export async function openDroplet(
  { token = rightToken, retire = {} }: { token?: string; retire?: Record<string, unknown> },
  around: StorySandbox = {},
) {
  const settings = { kind: 'digitalocean', tag: undefined, droplet: 'old-balancer', ...pause, ...retire };
  const retirement = await startRetirement(settings, around);
  const { story, machine } = retirement;
  const { engine } = story.sandbox;
  const api = await startDigitalOcean(engine, { token: rightToken });
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${rightToken}` };
    const answer = await fetch(`${api.endpoint}/v2/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const { droplet } = (await ask('POST', 'droplets', { name: 'old-balancer' })) as { droplet: { id: number } };
  const reserved = (await ask('POST', 'reserved_ips', { droplet_id: droplet.id })) as { reserved_ip: { ip: string } };
  await ask('POST', 'droplets', { name: 'neighbour' });
  await ask('POST', 'reserved_ips', {});
  machine.address = reserved.reserved_ip.ip;
  const cloud = engine.state.digitalocean;
  Object.defineProperty(retirement.hand, 'isUp', { get: () => cloud.droplets[droplet.id]?.status === 'active' });
  const { dns, own } = withUser(retirement);
  return {
    retirement,
    dns,
    own: {
      ...own,
      digitalOcean: { endpoint: api.endpoint, token: new Secret(token) },
      http: async (request) =>
        request.url.startsWith(api.endpoint) ? await story.clock.busy(http(request)) : await own.http(request),
    } satisfies Context as Context,
    look: () => ({
      status: cloud.droplets[droplet.id]?.status,
      snapshots: Object.values(cloud.snapshots).filter(({ dropletId }) => dropletId === droplet.id).length,
      isReserved: machine.address in cloud.reservedIps,
      neighbours: Object.keys(cloud.droplets).length + Object.keys(cloud.reservedIps).length,
    }),
    actions: () => Object.values(cloud.actions).map(({ type, status }) => `${type} ${status}`),
    /** An action of somebody else. */
    ask: (type: string) => ask('POST', `droplets/${droplet.id}/actions`, { type, name: 'theirs' }),
    [Symbol.asyncDispose]: async () => {
      await api.close();
      await retirement[Symbol.asyncDispose]();
    },
  };
}
