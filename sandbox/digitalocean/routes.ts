import {
  assignIp,
  createDroplet,
  destroyDroplet,
  isBusy,
  knowsAction,
  startAction,
} from '../engine/digitalocean/droplets.ts';
import type { Droplet } from '../engine/digitalocean/state.ts';
import type { Engine } from '../engine/engine.ts';
import { actionForm, dropletForm, reservedIpForm, snapshotForm } from './forms.ts';

/** A refusal as the API words it. */
export interface Refusal {
  status: number;
  id: string;
  message: string;
}

/** What comes of a call: a refusal, a list that is paged, or a body (none with 204). */
export type Answer = { refusal: Refusal } | { list: unknown[]; key: string } | { status: number; body?: object };

export type Body = Record<string, unknown>;
type Handle = (engine: Engine, parts: string[], body: Body, query: URLSearchParams) => Answer | Promise<Answer>;

const refuse = (status: number, id: string, message: string): Answer => ({ refusal: { status, id, message } });
export const notFound: Answer = refuse(404, 'not_found', 'The resource you requested could not be found.');
const unprocessable = (message: string) => refuse(422, 'unprocessable_entity', message);

/** Hands a droplet that is there to `handle`. */
const withDroplet =
  (handle: (engine: Engine, droplet: Droplet, rest: string[], body: Body) => Answer | Promise<Answer>): Handle =>
  (engine, [id = '', ...rest], body) => {
    const droplet = engine.state.digitalocean.droplets[id];
    return droplet ? handle(engine, droplet, rest, body) : notFound;
  };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const act = withDroplet((engine, droplet, _rest, { type, name }) => {
  const kind = textOf(type);
  if (!knowsAction(kind)) return unprocessable(`'${kind}' is not a valid action type.`);
  if (isBusy(engine, droplet)) return unprocessable('Droplet already has a pending event.');
  const action = startAction(engine, droplet, kind, textOf(name) || `${droplet.name}-snapshot`);
  return { status: 201, body: { action: actionForm(action) } };
});

const actionAt = (engine: Engine, id = ''): Answer => {
  const found = engine.state.digitalocean.actions[id];
  return found ? { status: 200, body: { action: actionForm(found) } } : notFound;
};

const create: Handle = async (engine, _parts, { name, user_data, tags }) => {
  if (textOf(name) === '') return unprocessable('Name is required.');
  const named = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  const droplet = await createDroplet(engine, { name: textOf(name), userData: textOf(user_data), tags: named });
  return { status: 202, body: { droplet: dropletForm(engine, droplet) } };
};

const listDroplets: Handle = (engine, _parts, _body, query) => {
  const [tag, name] = [query.get('tag_name'), query.get('name')];
  const list = Object.values(engine.state.digitalocean.droplets)
    .filter((one) => (tag === null || one.tags.includes(tag)) && (name === null || one.name === name))
    .map((one) => dropletForm(engine, one));
  return { key: 'droplets', list };
};

const removeSnapshot: Handle = async (engine, [id = '']) => {
  const { snapshots } = engine.state.digitalocean;
  if (!snapshots[id]) return notFound;
  await engine.machines.removeDisk(`do-${id}`);
  delete snapshots[id];
  return { status: 204 };
};

const reserve: Handle = async (engine, _parts, { droplet_id }) => {
  const { reservedIps, droplets } = engine.state.digitalocean;
  const ip = freeIp(engine, Object.keys(reservedIps));
  await assignIp(engine, ip, droplets[String(droplet_id)]);
  return { status: 202, body: { reserved_ip: reservedIpForm(engine, ip, reservedIps[ip]?.dropletId) } };
};

/** 127.68.0.N; sandboxes side by side in tests go by process. */
function freeIp({ machines }: Engine, used: string[]): string {
  const net = machines.kind === 'simulated' ? `127.69.${process.pid & 0xff}` : '127.68.0';
  let last = 1;
  while (used.includes(`${net}.${last}`)) last += 1;
  return `${net}.${last}`;
}

const changeIp: Handle = async (engine, [ip = ''], { type, droplet_id }) => {
  const { reservedIps, droplets } = engine.state.digitalocean;
  const reserved = reservedIps[ip];
  if (!reserved) return notFound;
  if (type === 'unassign') return unassign(engine, ip, reserved.dropletId);
  if (type !== 'assign') return unprocessable(`'${textOf(type)}' is not a valid action type.`);
  const droplet = droplets[String(droplet_id)];
  if (!droplet) return unprocessable('Droplet is required.');
  await assignIp(engine, ip, droplet);
  return doneAtOnce(engine, 'assign_ip', droplet.id);
};

async function unassign(engine: Engine, ip: string, dropletId: number | undefined): Promise<Answer> {
  if (dropletId === undefined) return unprocessable('The reserved IP is not assigned to a Droplet.');
  await assignIp(engine, ip);
  return doneAtOnce(engine, 'unassign_ip', dropletId);
}

function doneAtOnce(engine: Engine, type: string, dropletId: number): Answer {
  const at = engine.clock.now();
  const id = 1_000_000_000 + engine.serial();
  const done = { id, type, status: 'completed' as const, dropletId, startedAt: at, completedAt: at };
  engine.state.digitalocean.actions[id] = done;
  return { status: 201, body: { action: actionForm(done) } };
}

const releaseIp: Handle = async (engine, [ip = '']) => {
  const { reservedIps } = engine.state.digitalocean;
  if (!reservedIps[ip]) return notFound;
  await assignIp(engine, ip);
  delete reservedIps[ip];
  return { status: 204 };
};

const account = {
  droplet_limit: 25,
  floating_ip_limit: 3,
  reserved_ip_limit: 3,
  volume_limit: 100,
  email: 'sandbox@example.com',
};

/** Method and path; `*` is one part of it. */
export const routes: Record<string, Handle> = {
  'GET account': () => ({
    status: 200,
    body: { account: { ...account, uuid: 'sandbox', email_verified: true, status: 'active', status_message: '' } },
  }),
  'GET droplets': listDroplets,
  'POST droplets': create,
  'GET droplets/*': withDroplet((engine, one) => ({ status: 200, body: { droplet: dropletForm(engine, one) } })),
  'DELETE droplets/*': withDroplet(async (engine, one) => {
    await destroyDroplet(engine, one);
    return { status: 204 };
  }),
  'POST droplets/*/actions': act,
  'GET droplets/*/actions': withDroplet((engine, { id }) => ({
    key: 'actions',
    list: Object.values(engine.state.digitalocean.actions)
      .filter(({ dropletId }) => dropletId === id)
      .map(actionForm),
  })),
  'GET droplets/*/actions/*': withDroplet((engine, _one, [id]) => actionAt(engine, id)),
  'GET actions/*': (engine, [id]) => actionAt(engine, id),
  'GET droplets/*/snapshots': withDroplet((engine, { id }) => ({
    key: 'snapshots',
    list: Object.values(engine.state.digitalocean.snapshots)
      .filter((one) => one.dropletId === id)
      .map(snapshotForm),
  })),
  'GET snapshots': (engine) => ({
    key: 'snapshots',
    list: Object.values(engine.state.digitalocean.snapshots).map(snapshotForm),
  }),
  'GET snapshots/*': (engine, [id = '']) => {
    const found = engine.state.digitalocean.snapshots[id];
    return found ? { status: 200, body: { snapshot: snapshotForm(found) } } : notFound;
  },
  'DELETE snapshots/*': removeSnapshot,
  'GET reserved_ips': (engine) => ({
    key: 'reserved_ips',
    list: Object.entries(engine.state.digitalocean.reservedIps).map(([ip, one]) =>
      reservedIpForm(engine, ip, one.dropletId),
    ),
  }),
  'POST reserved_ips': reserve,
  'GET reserved_ips/*': (engine, [ip = '']) => {
    const found = engine.state.digitalocean.reservedIps[ip];
    return found ? { status: 200, body: { reserved_ip: reservedIpForm(engine, ip, found.dropletId) } } : notFound;
  },
  'POST reserved_ips/*/actions': changeIp,
  'DELETE reserved_ips/*': releaseIp,
};
