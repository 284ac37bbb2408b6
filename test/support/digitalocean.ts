import type { Http } from '../../pipeline/core/context.ts';

/** A droplet as the API tells of it, and what becomes of it. */
export interface Droplets {
  droplet: { id: number; name: string; status: 'active' | 'off'; volume_ids: string[]; networks: object } | undefined;
  snapshots: { id: string; name: string }[];
  reserved: string[];
  /** `POST /v2/droplets/7/actions shutdown`, in order. */
  calls: string[];
  http: Http;
}

type Answer = Awaited<ReturnType<Http>>;

/**
 * DigitalOcean's API as its reference describes it, for one droplet with a reserved IP: actions end at once, lists come in
 * pages of one. https://docs.digitalocean.com/reference/api/digitalocean/
 */
export function playedDigitalOcean(address: string): Droplets {
  const id = 7;
  const networks = { v4: [{ ip_address: '198.51.100.80', type: 'public' }] };
  const world: Droplets = {
    droplet: { id, name: 'old-balancer', status: 'active', volume_ids: [], networks },
    snapshots: [],
    reserved: [address],
    calls: [],
    http: async ({ url, method = 'GET', headers = {}, body }) => {
      const { pathname, searchParams } = new URL(url);
      if (headers['authorization'] !== 'Bearer dop_v1_right') return json(401, { id: 'Unauthorized' });
      const input = body ? (JSON.parse(Buffer.from(body).toString()) as { type?: string; name?: string }) : {};
      if (method !== 'GET') world.calls.push([method, pathname, input.type].filter(Boolean).join(' '));
      return answer(`${method} ${pathname}`, input, Number(searchParams.get('page') ?? 1));
    },
  };

  function answer(what: string, input: { type?: string; name?: string }, page: number): Answer {
    const { droplet, snapshots, reserved } = world;
    switch (what) {
      case 'GET /v2/droplets':
        return list('droplets', droplet ? [droplet] : [], page);
      case 'GET /v2/reserved_ips':
        return list(
          'reserved_ips',
          ['203.0.113.200', ...reserved].map((ip, at) => ({ ip, droplet: at > 0 && droplet ? droplet : null })),
          page,
        );
      case `DELETE /v2/reserved_ips/${address}`:
        world.reserved = [];
        return json(reserved.length > 0 ? 204 : 404);
      default:
        return aboutDroplet(what, input, page, snapshots);
    }
  }

  function aboutDroplet(
    what: string,
    input: { type?: string; name?: string },
    page: number,
    snapshots: Droplets['snapshots'],
  ): Answer {
    const { droplet } = world;
    const asked = snapshots.find((one) => what.endsWith(`/v2/snapshots/${one.id}`));
    if (asked && what.startsWith('DELETE')) world.snapshots = snapshots.filter((one) => one !== asked);
    if (asked) return json(what.startsWith('DELETE') ? 204 : 200, { snapshot: asked });
    if (!droplet || !what.includes(`/v2/droplets/${id}`)) return json(404, { id: 'not_found' });
    if (what.endsWith('/snapshots')) return list('snapshots', snapshots, page);
    if (what === `GET /v2/droplets/${id}/actions`) return list('actions', [], page);
    if (what === `DELETE /v2/droplets/${id}`) world.droplet = undefined;
    if (what.startsWith('DELETE')) return json(204);
    if (what === `GET /v2/droplets/${id}`) return json(200, { droplet });
    act(input);
    return json(201, { action: { status: 'in-progress', type: input.type } });
  }

  function act({ type, name = '' }: { type?: string; name?: string }): void {
    const { droplet } = world;
    if (!droplet) return;
    if (type === 'power_off' || type === 'shutdown') droplet.status = 'off';
    if (type === 'power_on') droplet.status = 'active';
    if (type === 'snapshot') world.snapshots.push({ id: String(100 + world.snapshots.length), name });
  }
  return world;
}

function list(member: string, all: readonly object[], page: number): Answer {
  const next = page < all.length ? { next: `https://api.digitalocean.com/?page=${page + 1}` } : {};
  return json(200, { [member]: all.slice(page - 1, page), links: { pages: next } });
}

const json = (status: number, body?: object): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: body ? JSON.stringify(body) : '',
});
