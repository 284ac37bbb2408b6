import { Resolver } from 'node:dns/promises';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { openClients, type DdpClients } from '../rollout/ddp-clients.ts';
import { sendVisitors, type Visitors } from '../rollout/visitors.ts';
import { openBrowser } from '../../support/browser.ts';
import { openSocks } from './socks.ts';

/** A program of somebody else's that was given the address years ago, and calls it. */
export interface Webhook {
  /** Where it calls from. */
  source: string;
  /** Its owner may give it the name. */
  calls: 'the address' | 'the name';
  answered: number;
  failures: string[];
}

/** Everybody who uses the site while its name moves. */
export interface Users extends AsyncDisposable {
  clients: DdpClients;
  visitors: Visitors;
  webhook: Webhook;
  /** A page of the site in Chromium; undefined where there is none. */
  page: Page | undefined;
}

/** Lets 100 DDP clients, page views, a browser and the forgotten webhook onto the site; resolves once all are there. */
export async function openUsers(
  site: { host: string; address: string; port: number },
  resolver: string,
): Promise<Users> {
  const names = new Resolver({ timeout: 2000, tries: 5 });
  names.setServers([resolver]);
  const resolve = async () => (await names.resolve4(site.host))[0] ?? '';
  const byName = { find: async () => `http://${await resolve()}:${site.port}`, host: `${site.host}:${site.port}` };
  const byAddress = { find: async () => `http://${site.address}:${site.port}`, host: `${site.address}:${site.port}` };
  const clients = openClients(byName, 100);
  const visitors = sendVisitors(byName, { perSecond: 20, keptShare: 0.7 });
  const webhook: Webhook = { source: '127.44.0.7', calls: 'the address', answered: 0, failures: [] };
  const over = new AbortController();
  const calling = (async () => {
    for (; !over.signal.aborted; await pause(300)) {
      const { find, host } = webhook.calls === 'the address' ? byAddress : byName;
      try {
        await call(await find(), { host, localAddress: webhook.source });
        webhook.answered += 1;
      } catch (error) {
        webhook.failures.push(String(error));
      }
    }
  })();
  const socks = await openSocks(resolve);
  let browser: Browser | undefined;
  const leave = async () => {
    over.abort();
    await browser?.close();
    await Promise.all([calling, visitors.leave(), clients.leave()]);
    await socks[Symbol.asyncDispose]();
  };
  try {
    browser = await openBrowser(socks.url);
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(`http://${site.host}:${site.port}`);
    await clients.settled;
    return { clients, visitors, webhook, page, [Symbol.asyncDispose]: leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** A request over a connection of its own. Throws unless it is answered with 200. */
function call(url: string, { host, localAddress }: { host: string; localAddress: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { agent: false, headers: { host }, localAddress, timeout: 30_000 };
    // Meteor's pages take nothing but GET and HEAD.
    const calling = request(`${url}/?paid=true`, options, (answer) => {
      answer.resume();
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${url} answered with status ${answer.statusCode}`));
      });
    });
    calling.on('timeout', () => calling.destroy(new Error(`${url} did not answer within 30 s`)));
    calling.on('error', reject);
    calling.end();
  });
}
