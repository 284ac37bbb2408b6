import SockJS from 'sockjs-client';
import { CONNECT, connectRaw, ddpOver, type DdpClient } from '../../unit/meteor-standin/ddp.ts';

/** What somebody without JavaScript gets: status, the public settings in the page, and the text of its program. */
export async function visit(url: string): Promise<{ status: number; publicSettings: unknown; program: string }> {
  const page = await fetch(url);
  const html = await page.text();
  const config = /decodeURIComponent\("([^"]+)"\)/.exec(html)?.[1] ?? '%7B%7D';
  const { PUBLIC_SETTINGS: publicSettings } = JSON.parse(decodeURIComponent(config)) as { PUBLIC_SETTINGS?: unknown };
  const script = /src="(\/[0-9a-f]{40}\.js[^"]*)"/.exec(html)?.[1];
  const program = script === undefined ? '' : await (await fetch(new URL(script, url))).text();
  return { status: page.status, publicSettings, program };
}

/** Which release answers the load balancer's own question. */
export async function releaseAt(url: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/.well-known/redeploy/health`, { signal: AbortSignal.timeout(5000) });
  return answer.status === 200 ? ((await answer.json()) as { release: string }).release : undefined;
}

/**
 * Ways to speak DDP through the balancer. Without WebSockets, sockjs needs the balancer's cookie, which browsers keep and
 * sockjs-client in Node does not.
 */
export const lines: [string, (url: string) => Promise<DdpClient>][] = [
  ['a raw WebSocket', connectRaw],
  ['sockjs', (url) => connectSockjs(url)],
];

async function connectSockjs(url: string): Promise<DdpClient> {
  const socket = new SockJS(`${url}/sockjs`, undefined, { transports: ['websocket'] });
  const client = ddpOver(
    (text) => socket.send(text),
    () => socket.close(),
  );
  socket.addEventListener('message', ({ data }) => client.hear(data as string));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('close', ({ reason }) => reject(new Error(`sockjs did not open: ${reason}`)));
  });
  client.send(CONNECT);
  await client.wait('connected', ({ msg }) => msg === 'connected');
  return client;
}

/** Calls a Meteor method and hangs up. */
export async function callMethod(client: DdpClient, method: string): Promise<unknown> {
  client.send({ msg: 'method', id: 'm', method, params: [] });
  const { result } = await client.wait('the result', ({ msg, id }) => msg === 'result' && id === 'm');
  client.close();
  return result;
}
