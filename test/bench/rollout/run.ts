import type { RealStory } from '../../support/real-story.ts';
import { openClients } from './ddp-clients.ts';
import { entranceAt } from './entrance.ts';
import type { Seen } from './figures.ts';
import { findDrains, type Move } from './moves.ts';
import { sendVisitors } from './visitors.ts';

/** Lets visitors and DDP clients onto the site while `move` moves the fleet; what they saw. */
export async function watchUnderLoad(
  story: RealStory,
  load: { url: string; perSecond: number; sockets: number; requests: number },
  move: () => Promise<Move[]>,
): Promise<Seen> {
  const clients = openClients(entranceAt(load.url), load.sockets);
  const visitors = sendVisitors(entranceAt(load.url), { perSecond: load.perSecond, keptShare: 0.7 });
  try {
    await clients.settled;
    await moment(3000);
    const moves = await move();
    await moment(3000);
    while (visitors.visits.length < load.requests) await moment(1000);
    const drains = await findDrains(story);
    return { visits: visitors.visits, stays: clients.stays, refusals: clients.refusals, drains, moves };
  } finally {
    await visitors.leave();
    await clients.leave();
  }
}

const moment = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
