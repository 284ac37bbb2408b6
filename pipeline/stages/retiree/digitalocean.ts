import type { Context } from '../../core/context.ts';
import { DeployError } from '../../core/errors.ts';
import { goneMachine, type Keeper, type OldMachine } from '../../core/retire/machine.ts';
import type { Target } from '../../core/target.ts';
import { until } from '../../core/wait.ts';
import { digitalOceanApi, type DigitalOceanApi } from './digitalocean-api.ts';

const minutes = 60_000;

/** What of a droplet matters. https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplets */
interface Droplet {
  id: number;
  name: string;
  status: 'new' | 'active' | 'off' | 'archive';
  volume_ids: string[];
  networks: { v4: { ip_address: string; type: 'public' | 'private' }[] };
}

interface ReservedIp {
  ip: string;
  droplet: { id: number } | null;
}

/** The old balancer as a droplet of DigitalOcean. A droplet that is off is billed all the same, until it is destroyed. */
export function digitalOceanKeeper(ctx: Context, target: Target): Keeper {
  const api = digitalOceanApi(ctx);
  const act = (machine: OldMachine, type: string) => api.call('POST', `/v2/droplets/${machine.id}/actions`, { type });
  /** What is under way may be what is wanted: a run before may have asked for it. */
  const isAlready = async (wanted: OldMachine['state'], { id }: OldMachine): Promise<boolean> => {
    await until(ctx, `droplet ${id} to be left alone`, { everyMs: 5000, forMs: 120 * minutes }, async () => {
      const [held] = await actionsUnderWay(api, id);
      return held ? { pending: `${held.type} is under way` } : { done: undefined };
    });
    return (await findMachine(api, target, id)).state === wanted;
  };
  const settled = (machine: OldMachine, wanted: OldMachine['state'], forMs = 10 * minutes) =>
    until(ctx, `droplet ${machine.name} to be ${wanted}`, { everyMs: 3000, forMs }, async () => {
      const { state } = await findMachine(api, target, machine.id);
      return state === wanted ? { done: undefined } : { pending: `it is ${state}` };
    });
  return {
    find: (id) => findMachine(api, target, id),
    stop: async (machine) => {
      if (machine.state === 'gone' || (await isAlready('stopped', machine))) return;
      await act(machine, 'shutdown');
      // An operating system may not listen to that; its documentation says to power off then.
      await settled(machine, 'stopped', 2 * minutes).catch(async (error: unknown) => {
        if (!(error instanceof DeployError) || error.code !== 'timeout') throw error;
        await act(machine, 'power_off');
        await settled(machine, 'stopped');
      });
    },
    start: async (machine) => {
      if (!(await isAlready('running', machine))) await act(machine, 'power_on');
      await settled(machine, 'running');
    },
    snapshot: (machine, name) => ensureSnapshot(ctx, api, machine, name),
    removeSnapshot: async (id) => void (id !== '' && (await api.call('DELETE', `/v2/snapshots/${id}`))),
    isSnapshotThere: async (id) => (await api.call('GET', `/v2/snapshots/${id}`)) !== undefined,
    terminate: async (machine) => {
      if (machine.state !== 'gone') await api.call('DELETE', `/v2/droplets/${machine.id}`);
      await settled(machine, 'gone');
    },
    release: async ({ address }) => void (await api.call('DELETE', `/v2/reserved_ips/${address}`)),
    removeLeftovers: async () => [
      'cloud firewalls that name the droplet by tag stay: remove them if nothing else uses them',
    ],
  };
}

const states: Record<Droplet['status'], OldMachine['state']> = {
  new: 'starting',
  active: 'running',
  off: 'stopped',
  archive: 'gone',
};

async function findMachine(api: DigitalOceanApi, target: Target, known?: string): Promise<OldMachine> {
  const wanted = known ?? target.retire.droplet ?? '';
  const droplet = await findDroplet(api, wanted);
  if (!droplet && /^\d+$/.test(wanted)) return goneMachine(wanted);
  if (!droplet)
    throw new DeployError('retire', `no droplet is called "${wanted}"`, {
      hint: 'name it by its id as retire.droplet; `doctl compute droplet list` shows them',
    });
  const reserved = await api.list<ReservedIp>('/v2/reserved_ips', 'reserved_ips');
  const own = reserved.filter((one) => one.droplet?.id === droplet.id).map(({ ip }) => ({ id: ip, address: ip }));
  const actions = await actionsOf(api, String(droplet.id));
  const open = droplet.networks.v4.find(({ type }) => type === 'public')?.ip_address;
  return {
    id: String(droplet.id),
    name: droplet.name,
    state: stateOf(droplet, actions),
    address: own[0]?.address ?? open,
    reserved: own,
    isProtected: false,
    keptVolumes: droplet.volume_ids,
    startedAt: startOf(actions),
    securityGroups: [],
  };
}

async function findDroplet(api: DigitalOceanApi, wanted: string): Promise<Droplet | undefined> {
  if (/^\d+$/.test(wanted)) return (await api.call<{ droplet: Droplet }>('GET', `/v2/droplets/${wanted}`))?.droplet;
  const all = await api.list<Droplet>(`/v2/droplets?name=${encodeURIComponent(wanted)}`, 'droplets');
  if (all.length <= 1) return all[0];
  throw new DeployError('retire', `${all.length} droplets are called "${wanted}"`, {
    hint: `name one by its id as retire.droplet: ${all.map(({ id }) => id).join(', ')}`,
  });
}

interface Action {
  type: string;
  status: 'in-progress' | 'completed' | 'errored';
  /** ISO 8601. */
  completed_at: string | null;
}

const actionsOf = (api: DigitalOceanApi, id: string): Promise<Action[]> =>
  api.list<Action>(`/v2/droplets/${id}/actions`, 'actions');

const actionsUnderWay = async (api: DigitalOceanApi, id: string): Promise<Action[]> =>
  (await actionsOf(api, id)).filter(({ status }) => status === 'in-progress');

const ways: Record<string, OldMachine['state']> = {
  shutdown: 'stopping',
  power_off: 'stopping',
  power_on: 'starting',
};

/** Until an action is over, the droplet says what it was before. */
function stateOf({ status }: Droplet, actions: readonly Action[]): OldMachine['state'] {
  const underWay = actions.find((one) => one.status === 'in-progress' && one.type in ways);
  return ways[underWay?.type ?? ''] ?? states[status];
}

const starts = new Set(['power_on', 'power_cycle', 'reboot', 'restore', 'rebuild']);

/** Nothing but its actions says when a droplet was started last; unset when it never was again. */
function startOf(actions: readonly Action[]): number | undefined {
  const all = actions.flatMap(({ type, completed_at: at }) =>
    starts.has(type) && at !== null ? [Date.parse(at)] : [],
  );
  return all.length > 0 ? Math.max(...all) : undefined;
}

/** One that is under way is waited for. */
async function ensureSnapshot(ctx: Context, api: DigitalOceanApi, machine: OldMachine, name: string): Promise<string> {
  const find = async () =>
    (await api.list<{ id: string | number; name: string }>(`/v2/droplets/${machine.id}/snapshots`, 'snapshots')).find(
      (one) => one.name === name,
    );
  return await until(ctx, `snapshot ${name}`, { everyMs: 5000, forMs: 120 * minutes }, async () => {
    const found = await find();
    if (found) return { done: String(found.id) };
    const isUnderWay = (await actionsUnderWay(api, machine.id)).some(({ type }) => type === 'snapshot');
    if (!isUnderWay) await api.call('POST', `/v2/droplets/${machine.id}/actions`, { type: 'snapshot', name });
    return { pending: 'DigitalOcean is making it' };
  });
}
