import { describe, expect, it } from 'vitest';
import { stepNames, type StepName } from '../../pipeline/core/retire/evidence.ts';
import { ways } from '../support/cut-off.ts';
import { evidenceOf, sabotaged, walk, type Sabotage, type Walker } from '../support/cut-walk.ts';
import { giveKey } from '../support/deployer.ts';
import { openPlace, placeKinds, type Place, type PlaceKind } from '../support/old-places.ts';
import { hour, waitBefore } from '../support/retirement.ts';
import { clients } from '../support/sandbox.ts';
import { unhurried } from '../support/unhurried.ts';
import { worldDifference } from '../support/world-text.ts';

// The old load balancer where AWS is not: back from every step, the forgotten webhook, and cuts at calls of AWS and DigitalOcean.

/** One in so many calls is cut, others in each way; `EVERY=1` cuts them all. */
const every = Number(process.env['EVERY'] ?? 31);

/** What there is and how far the evidence has come, one line a fact. */
function worldOf({ retirement: { story, old }, dns, look }: Place): string {
  const fresh = Object.values(story.sandbox.engine.state.elb.loadBalancers)[0]?.address ?? '';
  return [
    JSON.stringify(look()),
    `name ${dns.address}`,
    `closed ${old.oldConnections}`,
    old.config,
    ...evidenceOf(story).toSorted(),
  ]
    .join('\n')
    .replaceAll(fresh, '<new>');
}

describe.each(placeKinds)('an old load balancer of kind %s', (kind) => {
  it('goes back from every step up to the image', async () => {
    await using place = await openPlace(kind);
    const { retirement, own } = place;
    for (const step of stepNames.slice(0, -2)) {
      await waitBefore(retirement.story, step, () => retirement.take('watch', own));
      const before = worldOf(place).replace(/^closed.*$/m, '');
      await retirement.take(step, own);
      expect(worldOf(place), step).not.toBe(before);
      expect(await retirement.take('back', own)).toMatchObject({ step });
      expect(worldOf(place).replace(/^closed.*$/m, ''), step).toBe(before);
      await retirement.take(step, own);
    }
    await retirement.story.clock.advance(hour + 1000);
    for (const step of ['terminate', 'release-ip'] as const) await retirement.take(step, own);
    await expect(retirement.take('back', own)).rejects.toThrow(/cannot be taken back/);
  });

  it('is not stopped while a webhook calls the old address, which is named', async () => {
    await using place = await openPlace(kind);
    const { retirement, own } = place;
    for (const step of ['plan', 'shift', 'forward', 'watch'] as const) await retirement.take(step, own);
    const { story, old, machine } = retirement;
    await story.clock.advance(2 * hour);
    const webhook = { source: '192.0.2.44', host: machine.address, requests: 7, connections: 0 };
    old.callers = [{ ...webhook, lastAt: story.clock.now() }];
    await retirement.take('watch', own);
    const before = place.look();
    await expect(retirement.take('stop', own)).rejects.toMatchObject({
      message: expect.stringMatching(/has had traffic since .*: 2 h to go/) as string,
      lines: [expect.stringContaining(`192.0.2.44 asking for ${machine.address}, last at`)],
    });
    expect(place.look()).toEqual(before);
    // It is given the name.
    await story.clock.advance(2 * hour + 1000);
    await retirement.take('watch', own);
    await retirement.take('stop', own);
  });
});

interface Stage extends Walker {
  place: Place;
}

async function openStage(kind: PlaceKind): Promise<Stage> {
  const { sabotage, around } = sabotaged();
  const place = await openPlace(kind, around);
  return { place, story: place.retirement.story, sabotage, perform: (step) => perform(place, sabotage, step) };
}

/** One process of `redeploy`. */
async function perform({ retirement, own }: Place, sabotage: Sabotage, step: StepName): Promise<void> {
  const { story } = retirement;
  const accessKeyId = sabotage.begin();
  giveKey(story.sandbox, accessKeyId);
  const aws = unhurried(story.clock, clients(story.sandbox, { accessKeyId }));
  const { endpoint } = own.digitalOcean ?? {};
  const http: typeof own.http = async (request) => {
    if (endpoint === undefined || !request.url.startsWith(endpoint)) return await own.http(request);
    const operation = `${request.method} ${new URL(request.url).pathname.replaceAll(/\/[\d.]+/g, '/*')}`;
    const cut = await sabotage.before({ service: 'digitalocean', operation, accessKeyId } as never);
    const answer = await own.http(request);
    if (cut === 'lose-answer') throw new Error('read ECONNRESET');
    return answer;
  };
  await retirement.take(step, { ...own, aws, http });
}

describe.each(placeKinds)('a step of the way from one of kind %s', (kind) => {
  it(
    'is repaired by running it again, whichever call was refused, lost its answer or was the last',
    async () => {
      const clean = await openStage(kind);
      await using _ = clean.place;
      const calls = await walk(clean);
      const expected = worldOf(clean.place);
      const places = [...calls].flatMap(([step, all]) => all.map((call) => ({ step, call })));
      const failures: string[] = [];
      for (const [nth, way] of ways.entries()) {
        for (const place of places.filter((_one, at) => at % every === (nth * 11) % every)) {
          const stage = await openStage(kind);
          await using _stage = stage.place;
          const differences = await walk(stage, { ...place, way }).then(
            () => worldDifference(expected, worldOf(stage.place)),
            (error: unknown) => [String(error)],
          );
          if (differences.length > 0) failures.push(`${way}: ${place.step}, ${place.call}:`, ...differences);
        }
      }
      expect(failures).toEqual([]);
      if (every === 1) process.stderr.write(`${places.length} calls of ${kind}, each cut in ${ways.length} ways\n`);
    },
    every === 1 ? 3_600_000 : 60_000,
  );
});
