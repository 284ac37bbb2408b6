import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import type { DeployResult } from '../../../pipeline/commands/deploy.ts';
import type { ListedRelease } from '../../../pipeline/commands/releases.ts';
import type { Status } from '../../../pipeline/commands/status.ts';
import { expected, joined, packed, pairs, sizeOf } from '../../support/arrival.ts';
import { openBrowser } from '../../support/browser.ts';
import { freePort } from '../../support/free-port.ts';
import { eventually, startRealStory, type RealStory } from '../../support/real-story.ts';
import { sendThrough } from './arrivals.ts';
import { disguisesOf, findInLayers, readEverything, readMachine } from './secrets.ts';
import { callMethod, lines, releaseAt, visit } from './visitor.ts';
import { allWell, blobsOf, bytesOf, findBuilders, fleetOf, look, makings } from './world.ts';

// One user's evening, in order: each test goes on where the one before it ended. Everything runs for real but AWS itself.

const run = promisify(execFile);
/** Of the 64 KiB of a secret; ROOT_URL and names take the rest. */
const roomBytes = 60_000;
const repository = 'redeploy/story';

/** Values that must be found nowhere but in the secret, the app, and (the public one) its pages. */
const planted = {
  public: 'planted-public-greeting-51c7',
  private: 'planted-private-payment-key-8e02',
  mail: 'planted-mail-password-d4f9',
  odd: 'planted-odd-"quoted"-$value-with-=-6ab3',
};

let story: RealStory;
let url = '';
let first: DeployResult;
let second: DeployResult;
let browser: Browser | undefined;
let page: Page | undefined;

const writeSettings = (greeting: string) =>
  writeFile(
    path.join(story.app, 'settings/production.json'),
    JSON.stringify({ public: { greeting }, private: { paymentKey: planted.private } }),
  );

const textOf = async (selector: string) => (await page?.textContent(selector))?.trim();

/** The story needs the balancer's port once the first attempt has failed on it. */
let squatter: Server;
let port = 0;

beforeAll(async () => {
  port = await freePort();
  squatter = createServer();
  await new Promise<void>((resolve) => {
    squatter.listen(port, '0.0.0.0', resolve);
  });
  story = await startRealStory('story', {
    balancer: { httpPort: port, deregistrationDelaySeconds: 10 },
    health: { startSeconds: 90 },
    bake: {
      packages: ['ImageMagick', 'htop'],
      commands: ['echo "$(id -un) $PWD it\'s $((40 + 2))" >/etc/baked', 'umask 077', 'touch /etc/private'],
    },
  });
  await writeSettings(planted.public);
  await writeFile(
    path.join(story.app, 'settings/production.env'),
    `ROOT_URL=http://localhost\nMAIL_URL=smtp://story:${planted.mail}@mail.example.com\nODD='${planted.odd}'\n`,
  );
});

/** What comes after a failure would fail for no reason of its own, for minutes. */
let hasFailed = false;
beforeEach((context) => {
  context.skip(hasFailed, 'the story broke off before');
  onTestFailed(() => {
    hasFailed = true;
  });
});

afterAll(async () => {
  await browser?.close();
  squatter.close();
  await story[Symbol.asyncDispose]();
});

describe('the first deploy', () => {
  test('whose port is taken on this computer says so, and is done again once it is free', async () => {
    const { exitCode, stderr } = await story.run('deploy');
    expect(stderr).toMatch(new RegExp(`error: .*127\\.\\d+\\.\\d+\\.\\d+:${port}.*taken`));
    expect(stderr).toContain('balancer.httpPort');
    // Nothing of the build, which had nothing to do with it.
    expect(stderr).not.toContain('meteor');
    expect(exitCode).toBe(1);
    squatter.close();
  });

  test('takes the app from its sources to two machines', async () => {
    const { exitCode, stdout, stderr } = await story.run('deploy', '--verbose');
    expect(stderr).not.toContain('error');
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('Warning');
    expect(stdout).toMatch(/✔ v1 is live, after /);
    expect(stderr).toMatch(/✔ bundle .*METEOR@/);
    const seen = await look(story);
    url = seen.url;
    expect(stdout).toContain(url);
    expect(seen).toMatchObject({ told: allWell('v1', ['v1 live']), agrees: true });
    expect((await findBuilders(story.aws)).map(({ State }) => State?.Name)).not.toContain('running');
  });

  test('answers with a page that has the public settings, and with its release', async () => {
    expect(await visit(url)).toMatchObject({ status: 200, publicSettings: { greeting: planted.public } });
    expect(await releaseAt(url)).toBe('v1');
  });

  test.each(lines)('answers DDP over %s through the balancer', async (_, connect) => {
    expect(await callMethod(await connect(url), 'release')).toMatchObject({ name: 'v1', host: expect.any(String) });
  });

  test('works in a browser: a button adds to the live list', async () => {
    browser = await openBrowser();
    const context = await browser.newContext();
    page = await context.newPage();
    await page.goto(url);
    await page.waitForSelector('#connection.connected');
    await eventually('the release', async () => ((await textOf('#release')) === 'v1' ? true : undefined));
    expect(await textOf('h1')).toBe(planted.public);
    await page.fill('input', 'bread');
    await page.click('button[type=submit]');
    await page.waitForSelector('#items li:has-text("bread")');
    // The balancer's cookie leads this browser to the same machine, whose list it is.
    const neighbour = await context.newPage();
    await neighbour.goto(url);
    await neighbour.waitForSelector('#items li:has-text("bread")');
    await page.fill('input', 'and butter');
    await page.click('button[type=submit]');
    await neighbour.waitForSelector('#items li:has-text("and butter")');
    await neighbour.close();
  });
});

describe('a machine', () => {
  test('has what bake.packages and bake.commands made, and no list of them', async () => {
    const id = await someMachine();
    expect(await story.onMachine(id, 'cat', '/etc/baked', '/var/lib/sandbox-packages')).toBe(
      "root / it's 42\nImageMagick\nhtop\n",
    );
    expect(await story.onMachine(id, 'stat', '--format', '%a', '/etc/private')).toBe('600\n');
    const files = (await story.onMachine(id, 'ls', '/etc/redeploy')).split('\n');
    expect(files.filter((name) => name.startsWith('bake'))).toEqual([]);
  });

  test('has no way out, and runs the app as an ordinary user, node being process 1', async () => {
    const id = await someMachine();
    const routes = (await story.onMachine(id, 'cat', '/proc/net/route')).split('\n').slice(1);
    expect(routes.filter((line) => line.split('\t')[1] === '00000000')).toEqual([]);
    const inApp = (...command: string[]) => story.onMachine(id, 'docker', 'exec', 'redeploy-app', ...command);
    expect(await inApp('node', '-p', 'process.getuid() + ":" + process.getgid()')).toBe('1000:1000\n');
    expect((await inApp('cat', '/proc/1/cmdline')).split('\0').slice(0, 2)).toEqual(['node', '/redeploy/start.mjs']);
    expect(await inApp('cat', '/proc/1/status')).toMatch(/CapEff:\t0+\n/);
  });

  test('stops its app in order: SIGTERM reaches node, which ends by itself; the app comes back', async () => {
    const id = await someMachine();
    const before = Date.now();
    await story.onMachine(id, 'docker', 'stop', '--time', '20', 'redeploy-app');
    expect(Date.now() - before).toBeLessThan(18_000);
    // systemd hears of the container's end a moment after Docker does.
    const journal = await eventually('systemd saying that the app ended by itself', async () => {
      const said = await story.onMachine(id, 'journalctl', '--no-pager', '--unit=redeploy-app');
      return said.includes('Deactivated successfully') ? said : undefined;
    });
    expect(journal).toMatch(/stopping: \d+ clients, \d+ requests in flight/);
    expect(journal).not.toContain('No such container');
    await eventually('the app again', async () => {
      const names = await story.onMachine(id, 'docker', 'ps', '--format', '{{.Names}}');
      return names.includes('redeploy-app') ? true : undefined;
    });
  });
});

describe('a changed line', () => {
  test('makes v2 on new machines; the open page moves there by itself', async () => {
    const before = await eventually('two healthy machines', healthyPair);
    first = await story.ask<DeployResult>('deploy');
    expect(first).toMatchObject({ action: 'unchanged', release: 'v1' });
    await story.edit('imports/ui/App.jsx', (text) => text.replace('The sample app', 'The second edition'));
    await writeSettings('a greeting for the second edition');
    second = await story.ask<DeployResult>('deploy');
    expect(second).toMatchObject({ action: 'deployed', release: 'v2', previous: 'v1', url });
    const after = await look(story);
    expect(after).toMatchObject({ told: allWell('v2', ['v2 live', 'v1']), agrees: true });
    expect(after.machines.filter((id) => before.includes(id))).toEqual([]);
    const seen = await visit(url);
    expect(seen.publicSettings).toEqual({ greeting: 'a greeting for the second edition' });
    expect(seen.program).toContain('The second edition');
    expect(await releaseAt(url)).toBe('v2');
    if (page) await eventually('v2 in the page', async () => ((await textOf('#release')) === 'v2' ? true : undefined));
  });

  test('sends less than 5 % of the first image; the layers of npm packages are the same bytes', async () => {
    const [one, two] = await Promise.all([
      blobsOf(story, repository, first.imageDigest),
      blobsOf(story, repository, second.imageDigest),
    ]);
    const known = new Set(one.layers.map(({ digest }) => digest));
    const sent = [two.config, ...two.layers.filter(({ digest }) => !known.has(digest))];
    expect(sent).toHaveLength(2);
    expect(bytesOf(sent)).toBeLessThan(0.05 * bytesOf([one.config, ...one.layers]));
    // What npm installed, the packages, the runtime and the base are in the layers that both have.
    expect(two.layers).toHaveLength(one.layers.length);
  });
});

describe('rollback', () => {
  test('brings back v1: its code and its settings, with no build and no bake', async () => {
    const made = await makings(story, repository);
    const back = await story.ask<DeployResult>('rollback');
    expect(back).toMatchObject({ action: 'rolled-back', release: 'v1', previous: 'v2', ami: first.ami });
    expect(back.settingsVersion).toBe(first.settingsVersion);
    const seen = await visit(url);
    expect(seen.publicSettings).toEqual({ greeting: planted.public });
    expect(seen.program).not.toContain('The second edition');
    expect(await look(story)).toMatchObject({ told: allWell('v1', ['v2', 'v1 live']), agrees: true });
    expect(await makings(story, repository)).toEqual(made);
  });

  test('goes forward to v2 by its name', async () => {
    const made = await makings(story, repository);
    const forward = await story.run('rollback', 'v2');
    expect(forward.stdout).toMatch(/v2 is live again in place of v1/);
    expect((await visit(url)).program).toContain('The second edition');
    expect((await story.run('status')).stdout).toMatch(
      /release +v2 [^]*address +http:[^]*i-\w+ .* v2 +InService +healthy/,
    );
    expect((await story.run('releases')).stdout).toMatch(/v2 .* live *\nv1 /);
    expect(await look(story)).toMatchObject({ told: allWell('v2', ['v2 live', 'v1']), agrees: true });
    expect(await makings(story, repository)).toEqual(made);
  });
});

describe('settings', () => {
  test('that alone changed make a release with no build and no bake', async () => {
    const made = await makings(story, repository);
    await writeSettings('only the greeting is new');
    const third = await story.ask<DeployResult>('deploy');
    expect(third).toMatchObject({ action: 'deployed', release: 'v3', previous: 'v2', imageDigest: second.imageDigest });
    expect((await visit(url)).publicSettings).toEqual({ greeting: 'only the greeting is new' });
    expect(await look(story)).toMatchObject({ told: allWell('v3', ['v3 live', 'v2', 'v1']), agrees: true });
    expect(await makings(story, repository)).toEqual(made);
  });

  test('nothing changed: deploy says so and moves nothing', async () => {
    const before = await look(story);
    const { exitCode, stdout } = await story.run('deploy');
    expect({ exitCode, line: stdout.split('\n')[0] }).toEqual({
      exitCode: 0,
      line: 'nothing has changed: v3 stays live',
    });
    expect(await look(story)).toEqual(before);
  });

  test('and variables are in the secret and in the app, and nowhere else', async () => {
    const values = Object.values(planted);
    const needles = values.flatMap((value) => disguisesOf(value));
    const { RepoTags } = await story.docker.getImage(await newestImage()).inspect();
    const [tag = ''] = RepoTags;
    const id = await someMachine();
    const texts = [...(await readEverything(story, tag)), ...(await readMachine(story, id))];
    for (const [place, text] of texts) expect(text.length, place).toBeGreaterThan(0);
    const found = texts.flatMap(([place, text]) => values.filter((_, at) => holds(text, needles, at)).map(() => place));
    expect(found).toEqual([]);
    expect(await findInLayers(tag, values)).toEqual([]);
  });
});

/** Whether a text holds the value at this place of the list, in any of its four disguises. */
const holds = (text: string, needles: string[], at: number) =>
  needles.slice(at * 4, at * 4 + 4).some((needle) => text.includes(needle));

const newestImage = async () => {
  const { stdout } = await run('docker', ['image', 'ls', '--quiet', 'redeploy/story']);
  return stdout.split('\n')[0] ?? '';
};

describe('bad luck', () => {
  test('a machine that is killed from outside is replaced without us, and the site answers meanwhile', async () => {
    const [victim = '', survivor = ''] = await eventually('two healthy machines', healthyPair);
    await run('docker', ['kill', story.containerOf(victim)]);
    const answers: number[] = [];
    const after = await eventually('a new machine', async () => {
      answers.push(await answersOfThree());
      const pair = await healthyPair();
      return pair?.includes(victim) ? undefined : pair;
    });
    expect(after).toContain(survivor);
    expect(answers.filter((count) => count === 0)).toEqual([]);
    expect(await look(story)).toMatchObject({ told: allWell('v3', ['v3 live', 'v2', 'v1']), agrees: true });
  });

  test('an app that exits at once is taken back; its last lines are shown', async () => {
    await story.edit('redeploy.json', (text) => text.replace('"startSeconds": 90', '"startSeconds": 45'));
    await story.edit('server/main.js', (text) => `throw new Error('no payment key for ' + 'this shop');\n${text}`);
    const { exitCode, stderr } = await story.run('deploy');
    expect(stderr).toMatch(/error: v4 is bad: i-\w+ (was not healthy within 45 s|started the app \d+ times)/);
    expect(stderr).toContain('Error: no payment key for this shop');
    expect(exitCode).toBe(1);
    expect(await releaseAt(url)).toBe('v3');
    expect((await look(story)).told).toEqual(allWell('v3', ['v4 failed', 'v3 live', 'v2', 'v1']));
    expect((await story.ask<Status>('status')).failure).toMatchObject({ release: 'v4' });
  });

  test('a builder that fails in the middle of the bake shows its log, and is gone', async () => {
    const broken = ['RUN rm "$(command -v node)"'];
    await story.edit('redeploy.json', (text) => {
      const settings = JSON.parse(text) as { image: object };
      return JSON.stringify({ ...settings, image: { ...settings.image, buildInstructions: broken } });
    });
    const { exitCode, stderr } = await story.run('deploy');
    expect(stderr).toContain('error: the AMI could not be baked: could not run the image on this CPU');
    expect(stderr).toMatch(/redeploy bake: pulling 127\.0\.0\.1:\d+\/redeploy\/story/);
    expect(stderr).toMatch(/redeploy bake: failed: could not run the image on this CPU \(exit code \d+\)/);
    expect(exitCode).toBe(1);
    await eventually('no builder', async () => {
      const states = (await findBuilders(story.aws)).map(({ State }) => State?.Name);
      return states.every((state) => state === 'terminated') ? true : undefined;
    });
    const { releases } = await story.ask<{ releases: ListedRelease[] }>('releases');
    expect(releases.map(({ name }) => name)).toEqual(['v4', 'v3', 'v2', 'v1']);
    expect(await releaseAt(url)).toBe('v3');
  });
});

// Last: it leaves settings that no release needs.
describe('settings and variables', () => {
  test('300 random pairs go through secret, machine script and container unchanged', async () => {
    const seed = Date.now();
    // A larger one is refused before anything is built.
    const fitting = pairs.filter((pair) => sizeOf(pair) < roomBytes);
    const groups = packed(fc.sample(fitting, { numRuns: 300, seed }), { atMost: 12, roomBytes }).map(joined);
    const seen = await sendThrough(story, await someMachine(), groups);
    expect(seen).toHaveLength(groups.length);
    for (const [index, group] of groups.entries()) expect(seen[index], `seed ${seed}`).toMatchObject(expected(group));
  });
});

const someMachine = async (): Promise<string> => (await fleetOf(story))[0]?.[0] ?? '';

/** The ids of two machines when that is what there is and both are healthy. */
async function healthyPair(): Promise<string[] | undefined> {
  const fleet = await fleetOf(story);
  return fleet.length === 2 && fleet.every(([, health]) => health === 'healthy') ? fleet.map(([id]) => id) : undefined;
}

/** How many of three people who come one after the other see the page. */
async function answersOfThree(): Promise<number> {
  let count = 0;
  for (let visitor = 0; visitor < 3; visitor += 1) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (answer?.status === 200) count += 1;
    await answer?.text();
  }
  return count;
}
