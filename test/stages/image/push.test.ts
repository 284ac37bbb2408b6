import path from 'node:path';
import { Readable } from 'node:stream';
import { GetLifecyclePolicyCommand, PutLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import Dockerode from 'dockerode';
import { expect, test } from 'vitest';
import { ensureImage, findImage, imageKeyOf, requireDocker } from '../../../pipeline/stages/image.ts';
import { ensureRepository } from '../../../pipeline/stages/registry.ts';
import { fakeClock } from '../../support/clock.ts';
import { makeDeployer } from '../../support/deployer.ts';
import { playedDocker } from '../../support/played-docker.ts';
import { clients, startSandbox } from '../../support/sandbox.ts';
import { openWorkplace, targetOf, type Workplace } from './workplace.ts';

const base = { base: 'base', buildBase: 'base' };

/** A sandbox in this process and a Docker whose pushes go the way `break` says before they work. */
async function open(place: Workplace, breaks: ('before' | 'after')[] = []) {
  const clock = fakeClock();
  const sandbox = await startSandbox({ clock });
  const deployer = await makeDeployer(sandbox, [targetOf(place.root)]);
  const played = playedDocker(sandbox);
  const getImage = played.docker.getImage.bind(played.docker);
  played.docker.getImage = (name) => {
    const image = getImage(name);
    const push = image.push.bind(image);
    return Object.assign(image, {
      push: async (options: object) => {
        const fault = breaks.shift();
        if (fault === 'before') return Readable.from(['{"error":"unexpected EOF"}\n']);
        const answer = await push(options);
        if (fault === 'after') throw new Error('socket hang up');
        return answer;
      },
    });
  };
  const ctx = place.context({ clock, docker: played.docker, aws: clients(sandbox, deployer) });
  return { ctx, clock, played };
}

test('finds an image by its key without Docker, and nothing before there is a repository', async () => {
  await using place = await openWorkplace();
  const { ctx, clock, played } = await open(place);
  const target = targetOf(place.root, base);
  const key = await imageKeyOf(ctx, target, place.bundle);
  expect(await findImage(ctx, target, key)).toBeUndefined();
  const made = await clock.run(ensureImage(ctx, target, place.bundle));
  expect(made).toMatchObject({ value: { key, architecture: 'x86_64' } });
  expect(made.value.reference).toMatch(/\/redeploy\/shop@sha256:[0-9a-f]{64}$/);
  const withoutDocker = { ...ctx, docker: undefined as unknown as Dockerode };
  expect(await findImage(withoutDocker, target, key)).toEqual(made.value);
  expect(await ensureImage(withoutDocker, target, place.bundle)).toMatchObject({ reused: true, value: made.value });
  expect(played.builds).toHaveLength(1);
});

test('pushes again when a push breaks, without building again', async () => {
  await using place = await openWorkplace();
  const { ctx, clock, played } = await open(place, ['before', 'before']);
  await clock.run(ensureImage(ctx, targetOf(place.root, base), place.bundle));
  expect(played.builds).toHaveLength(1);
  expect(place.events).toContainEqual(
    expect.objectContaining({ kind: 'waiting', reason: 'push broke off: unexpected EOF' }),
  );
});

test('takes an image whose push arrived although its answer was lost', async () => {
  await using place = await openWorkplace();
  const { ctx, clock, played } = await open(place, ['after']);
  await clock.run(ensureImage(ctx, targetOf(place.root, base), place.bundle));
  expect(played.pushes).toHaveLength(1);
});

test('gives up after four broken pushes; the next run pushes what was built', async () => {
  await using place = await openWorkplace();
  const { ctx, clock, played } = await open(place, ['before', 'before', 'before', 'before']);
  const target = targetOf(place.root, base);
  await expect(clock.run(ensureImage(ctx, target, place.bundle))).rejects.toMatchObject({
    code: 'registry',
    message: expect.stringContaining('broke off 4 times: unexpected EOF') as string,
  });
  await clock.run(ensureImage(ctx, target, place.bundle));
  expect(played.builds).toHaveLength(1);
});

test('a repository is made once: immutable, scanned, cleaned up; a policy that somebody changed stays', async () => {
  await using place = await openWorkplace();
  const { ctx } = await open(place);
  const target = targetOf(place.root);
  const uri = await ensureRepository(ctx, target);
  const repositoryName = 'redeploy/shop';
  const policy = async () =>
    (await ctx.aws.ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))).lifecyclePolicyText;
  expect(JSON.parse((await policy()) ?? '')).toMatchObject({ rules: [{ selection: { countNumber: 30 } }] });
  const changed = ((await policy()) ?? '').replace('"countNumber":30', '"countNumber":5');
  await ctx.aws.ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: changed }));
  expect(await ensureRepository(ctx, { ...target, environment: 'staging' })).toBe(uri);
  expect(await policy()).toBe(changed);
});

test('says how to start Docker when it does not run', async () => {
  await using place = await openWorkplace();
  const docker = new Dockerode({ socketPath: path.join(place.root, 'docker.sock') });
  await expect(requireDocker({ docker })).rejects.toMatchObject({
    code: 'docker',
    hint: expect.stringMatching(/start/) as string,
  });
});

test('refuses a Docker without BuildKit mounts', async () => {
  const docker = { version: async () => ({ Version: '19.03.1', ApiVersion: '1.40' }) } as unknown as Dockerode;
  await expect(requireDocker({ docker })).rejects.toMatchObject({ message: 'docker 19.03.1 is too old' });
});
