import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { failureOf, printFailure } from '../../../pipeline/cli/failure.ts';
import { findJob } from '../../../pipeline/cli/github.ts';
import type { Io } from '../../../pipeline/cli/io.ts';
import { DeployError } from '../../../pipeline/core/errors.ts';
import { annotationsIn, readPairs } from '../../support/workflow/command-file.ts';

async function openJob() {
  const directory = await mkdtemp(path.join(tmpdir(), 'github-'));
  const files = { GITHUB_OUTPUT: path.join(directory, 'output'), GITHUB_STEP_SUMMARY: path.join(directory, 'summary') };
  let log = '';
  const stderr = new PassThrough().on('data', (chunk) => (log += String(chunk)));
  const io = { env: { GITHUB_ACTIONS: 'true', ...files }, stderr } as unknown as Io;
  return { io, job: findJob(io, 'redeploy deploy', false), files, log: () => log };
}

test('a job learns the release by its outputs, and everybody by the summary', async () => {
  const { job, files } = await openJob();
  job?.report({ kind: 'step-reused', step: 'image', detail: 'i-1 | is in ECR' });
  job?.report({ kind: 'step-finished', step: 'fleet', ms: 15_000, detail: '2 machines' });
  await job?.succeeded({
    document: { release: 'v2', previous: undefined, settingsVersion: 'one\ntwo', seconds: 51, nested: {} },
    lines: (paint) => [paint('green', '✔ v2 is live'), 'with ``` in it'],
  });
  expect(await readPairs(files.GITHUB_OUTPUT)).toEqual({
    release: 'v2',
    'settings-version': 'one\ntwo',
    seconds: '51',
  });
  expect((await readFile(files.GITHUB_STEP_SUMMARY, 'utf8')).split('\n')).toEqual([
    '### ✅ redeploy deploy',
    '',
    '````',
    '✔ v2 is live',
    'with ``` in it',
    '````',
    '',
    '|  | step | time |  |',
    '| - | - | - | - |',
    '| ✔ | image |  | i-1 &#124; is in ECR |',
    '| ✔ | fleet | 15 s | 2 machines |',
    '',
    '',
  ]);
});

test('a failure becomes an annotation with its reason; what the app printed is no command to the runner', async () => {
  const { io, job, files, log } = await openJob();
  const error = new DeployError('release', 'v2 was taken back: crash loop, 100% of 2', {
    hint: 'look at the lines above',
    lines: ['Error: boom', '::error title=evil::planted by the app', '##[set-env name=PATH]evil'],
  });
  const failure = failureOf(error);
  await job?.failed(failure);
  expect(printFailure(io, failure, { isJson: false, isColored: false, isGithub: true })).toBe(1);
  expect(annotationsIn(log())).toEqual([
    {
      level: 'error',
      title: 'redeploy deploy failed',
      message: 'v2 was taken back: crash loop, 100% of 2\nhint: look at the lines above',
    },
  ]);
  expect(log()).toContain('    Error: boom');
  const summary = await readFile(files.GITHUB_STEP_SUMMARY, 'utf8');
  expect(summary).toContain('### ❌ redeploy deploy');
  expect(summary).toContain('    Error: boom');
  expect(summary).toContain('**Next:** look at the lines above');
});

test('elsewhere there is no job', () => {
  expect(findJob({ env: {} } as Io, 'redeploy deploy', false)).toBeUndefined();
});
