import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Entrance } from './entrance.ts';

/** One answered or failed request. */
export interface Visit {
  atMs: number;
  tookMs: number;
  /** From the page's public settings; undefined when nothing such came. */
  release: string | undefined;
  /** What went wrong; undefined for a good answer. */
  failure: string | undefined;
  isFresh: boolean;
}

export interface Visitors {
  visits: Visit[];
  /** Ends the load; resolves when every request under way has its answer. */
  leave(): Promise<void>;
}

const mostUnderWay = 48;

/** Public settings carry the release's name, so a page tells whose code and whose settings made it. */
const releaseIn = (page: string): string | undefined => /bench-release-(v\d+)/.exec(decodeURIComponent(page))?.[1];

/**
 * People who look at the page, as many a second as asked for: `keptShare` of them over connections that stay open, as
 * browsers do, the others over a new one each.
 */
export function sendVisitors(where: Entrance, load: { perSecond: number; keptShare: number }): Visitors {
  const agent = new Agent({ keepAlive: true, maxSockets: mostUnderWay });
  const visits: Visit[] = [];
  const underWay = new Set<Promise<void>>();
  const over = new AbortController();

  const visit = async (isFresh: boolean): Promise<void> => {
    const startedAt = performance.now();
    const atMs = Date.now();
    const { status, body, error } = await ask(where, isFresh ? undefined : agent).catch(failed);
    const release = releaseIn(body);
    const failure = error ?? (status === 200 ? undefined : `status ${status}`);
    visits.push({ atMs, tookMs: performance.now() - startedAt, release, failure, isFresh });
  };

  const loop = async (): Promise<void> => {
    const startedAt = performance.now();
    for (let sent = 0; !over.signal.aborted;) {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * load.perSecond);
      // So many wait for their answers at most: beyond that it would be our own queue that is measured, not the site.
      for (; sent < due && underWay.size < mostUnderWay; sent += 1) {
        const one = visit(Math.random() >= load.keptShare);
        underWay.add(one);
        void one.finally(() => underWay.delete(one));
      }
      // Who could not be sent stays away: no burst that no visitors would make.
      sent = due;
      await pause(10);
    }
  };
  const looping = loop();

  return {
    visits,
    leave: async () => {
      over.abort();
      await looping;
      await Promise.all(underWay);
      agent.destroy();
    },
  };
}

interface Answer {
  status: number;
  body: string;
  error: string | undefined;
}

const failed = (error: NodeJS.ErrnoException): Answer => ({
  status: 0,
  body: '',
  error: error.code ?? error.message,
});

async function ask(where: Entrance, agent: Agent | undefined): Promise<Answer> {
  const url = await where.find();
  return await new Promise((resolve, reject) => {
    const call = request(url, { agent: agent ?? false, headers: { host: where.host } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString(), error: undefined });
      });
    });
    call.setTimeout(30_000, () => call.destroy(new Error('no answer within 30 s')));
    call.on('error', reject);
    call.end();
  });
}
