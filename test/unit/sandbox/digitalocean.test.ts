import { afterEach, expect, test } from 'vitest';
import { startDigitalOcean } from '../../../sandbox/digitalocean.ts';
import { simulatedMachines } from '../../../sandbox/engine/machines/simulated.ts';
import { realClock } from '../../../sandbox/engine/clock.ts';
import { startSandbox } from '../../support/sandbox.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Reply {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function start() {
  const machines = simulatedMachines({
    clock: realClock,
    behaviour: (spec) => ({ run: (act) => act.listen(443, () => ({ status: 200, body: spec.instanceId })) }),
  });
  const sandbox = await startSandbox({ machines });
  const api = await startDigitalOcean(sandbox.engine, { token: 'secret' });
  closing.push(
    () => api.close(),
    () => sandbox.close(),
  );
  const ask = async (method: string, path: string, body?: object, token = 'secret'): Promise<Reply> => {
    const init = { method, headers: { authorization: `Bearer ${token}` }, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(path.startsWith('http') ? path : `${api.endpoint}/v2/${path}`, init);
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: JSON.parse(text || '{}') as Record<string, unknown>,
    };
  };
  /** Starts an action and polls it to its end. */
  const act = async (id: number, type: string, more: object = {}) => {
    const begun = await ask('POST', `droplets/${id}/actions`, { type, ...more });
    type Polled = { action: { id: number; status: string } };
    let { action } = begun.body as Polled;
    while (action.status === 'in-progress') ({ action } = (await ask('GET', `actions/${action.id}`)).body as Polled);
    return action.status;
  };
  const made = await ask('POST', 'droplets', {
    name: 'lb',
    region: 'fra1',
    size: 's-1vcpu-1gb',
    image: 'debian-13',
    tags: ['old'],
  });
  const { droplet } = made.body as { droplet: { id: number } };
  return { ask, act, id: droplet.id, made };
}

test('a droplet is switched off, kept as a snapshot, and destroyed; its address is released last', async () => {
  const { ask, act, id, made } = await start();
  expect(made.status).toBe(202);
  expect(await ask('GET', 'droplets?tag_name=old')).toMatchObject({ body: { droplets: [{ id, status: 'active' }] } });
  const reserved = await ask('POST', 'reserved_ips', { droplet_id: id });
  const { reserved_ip } = reserved.body as { reserved_ip: { ip: string; droplet: { id: number } } };
  expect(reserved_ip.droplet.id).toBe(id);
  expect(await (await fetch(`http://${reserved_ip.ip}:443/`)).text()).toMatch(/^i-/);
  expect(await act(id, 'power_off')).toBe('completed');
  expect(await ask('GET', `droplets/${id}`)).toMatchObject({ body: { droplet: { status: 'off' } } });
  await expect(fetch(`http://${reserved_ip.ip}:443/`)).rejects.toThrow();
  expect(await act(id, 'power_on')).toBe('completed');
  expect(await act(id, 'power_off')).toBe('completed');
  expect(await act(id, 'snapshot', { name: 'last' })).toBe('completed');
  expect(await ask('GET', `droplets/${id}/snapshots`)).toMatchObject({
    body: { snapshots: [{ name: 'last' }], meta: { total: 1 } },
  });
  expect((await ask('DELETE', `droplets/${id}`)).status).toBe(204);
  expect(await ask('GET', `droplets/${id}`)).toMatchObject({ status: 404, body: { id: 'not_found' } });
  const path = `reserved_ips/${reserved_ip.ip}`;
  expect(await ask('GET', path)).toMatchObject({ body: { reserved_ip: { droplet: null } } });
  expect(await ask('POST', `${path}/actions`, { type: 'unassign' })).toMatchObject({ status: 422 });
  expect((await ask('DELETE', path)).status).toBe(204);
  expect(await ask('DELETE', path)).toMatchObject({ status: 404 });
  expect(await ask('GET', 'snapshots')).toMatchObject({
    body: { snapshots: [{ name: 'last', resource_type: 'droplet' }] },
  });
});

test('it wants its token, pages its lists, counts requests, and says what it does not understand', async () => {
  const { ask, id } = await start();
  expect(await ask('GET', 'account', undefined, 'wrong')).toMatchObject({ status: 401, body: { id: 'Unauthorized' } });
  const account = await ask('GET', 'account');
  expect(account).toMatchObject({ status: 200, body: { account: { status: 'active' } } });
  expect(account.headers.get('ratelimit-limit')).toBe('5000');
  expect(Number(account.headers.get('ratelimit-remaining'))).toBeLessThan(5000);
  expect(await ask('POST', `droplets/${id}/actions`, { type: 'explode' })).toMatchObject({
    status: 422,
    body: { id: 'unprocessable_entity' },
  });
  await ask('POST', 'droplets', { name: 'app-1' });
  await ask('POST', 'droplets', { name: 'app-2' });
  const first = await ask('GET', 'droplets?per_page=2');
  expect(first.body).toMatchObject({ meta: { total: 3 } });
  const { pages } = first.body['links'] as { pages: { next: string } };
  expect((await ask('GET', pages.next)).body['droplets']).toHaveLength(1);
});
