import { ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { expect, it } from 'vitest';
import { host } from '../support/old-machine.ts';
import { startRetirement, type Retirement } from '../support/retirement.ts';

const others = ['*.shop.example.com', ...Array.from({ length: 298 }, (_, at) => `tenant-${at}.shop.example.com`)];

/** All of them in the zone, as somebody wrote them by hand: each its own time to live. */
async function writeZone({ story, machine }: Retirement): Promise<void> {
  const HostedZoneId = Object.keys(story.sandbox.engine.state.route53.zones)[0];
  const Changes = others.map((name, at) => ({
    Action: 'CREATE' as const,
    ResourceRecordSet: { Name: name, Type: 'A' as const, TTL: 60 + at, ResourceRecords: [{ Value: machine.address }] },
  }));
  await story.clock.run(
    story.account.route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } })),
  );
}

it('moves 300 names of one old balancer, a wildcard among them, keeps what they were, and leads all of them back', async () => {
  const plain = { methods: ['GET'], uploadBytes: 0, shiftPauseSeconds: 20 };
  await using retirement = await startRetirement({ hostnames: [host, ...others], ...plain });
  await writeZone(retirement);
  const { engine } = retirement.story.sandbox;
  const records = () =>
    Object.values(engine.state.route53.zones).flatMap(({ records: all }) => all.filter(({ type }) => type === 'A'));
  const before = structuredClone(records());
  const changes = () => Object.keys(engine.state.route53.changes).length;
  const evidence = () =>
    Object.values(engine.state.ssm.parameters).filter(({ name }) => name.includes('/retire/shift'));

  await retirement.take('plan');
  const [asked, began] = [changes(), retirement.story.clock.now()];
  await retirement.take('shift');
  expect(records().every(({ alias }) => alias !== undefined)).toBe(true);
  // Two batches for each of weights 0, 5, 20 and 100, and for the aliases; not one for each name.
  expect(changes() - asked).toBeLessThanOrEqual(12);
  expect(retirement.story.clock.now() - began).toBeLessThan(900_000);
  expect(evidence().length).toBeGreaterThan(1);
  for (const { versions } of evidence()) expect(versions.at(-1)?.value.length).toBeLessThanOrEqual(4096);

  expect(await retirement.take('back')).toMatchObject({ step: 'shift' });
  expect(records()).toEqual(before);
  expect(evidence()).toEqual([]);
});
