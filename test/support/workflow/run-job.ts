import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { annotationsIn, openFiles, readPairs, type Annotation } from './command-file.ts';
import { holds, interpolate, type Contexts } from './expression.ts';

// A runner for the jobs that we write: their steps in order, for real; actions of others are played by the test.

interface Step {
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, unknown>;
  run?: string;
  shell?: string;
  env?: Record<string, string>;
  'working-directory'?: string;
}

interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

interface Job {
  if?: string;
  environment?: string;
  permissions?: Record<string, string>;
  steps: Step[];
}

interface Action {
  inputs?: Record<string, { default?: string }>;
  outputs?: Record<string, { value: string }>;
  runs: { steps: Step[] };
}

/**
 * What plays an action of others: it may set variables for the steps after it. `subject` is what GitHub would say of the job in
 * a token; undefined when the job may ask for none.
 */
export type PlayedAction = (
  inputs: Record<string, string>,
  subject: string | undefined,
) => Promise<Record<string, string>>;

export interface Runner {
  /** GITHUB_WORKSPACE: the checkout. */
  workspace: string;
  /** Contexts github, inputs, vars, secrets. */
  contexts: Contexts;
  env: NodeJS.ProcessEnv;
  /** By name without version, such as actions/checkout. */
  actions: Record<string, PlayedAction>;
}

export interface JobRun {
  conclusion: 'success' | 'failure' | 'skipped';
  log: string;
  summary: string;
  annotations: Annotation[];
  /** Of the last step that had any. */
  outputs: Record<string, string>;
}

/** Runs one job of a workflow. */
export async function runJob(file: string, name: string, runner: Runner): Promise<JobRun> {
  const workflow = parse(await readFile(file, 'utf8')) as Workflow;
  const job = workflow.jobs[name];
  if (!job) throw new Error(`${file} has no job ${name}`);
  const files = await mkdtemp(path.join(tmpdir(), 'runner-'));
  const state: State = {
    status: 'success',
    log: '',
    summary: '',
    outputs: {},
    env: { ...runner.env },
    files,
    steps: 0,
    subject: undefined,
  };
  try {
    if (!holds(job.if, runner.contexts, 'success')) return { ...state, conclusion: 'skipped', annotations: [] };
    if ((job.permissions ?? workflow.permissions)?.['id-token'] === 'write') state.subject = subjectOf(job, runner);
    await runSteps(job.steps, { runner, state, contexts: runner.contexts, actionPath: undefined });
    return { ...state, conclusion: state.status, annotations: annotationsIn(state.log) };
  } finally {
    await rm(files, { recursive: true });
  }
}

interface State {
  status: 'success' | 'failure';
  log: string;
  summary: string;
  outputs: Record<string, string>;
  env: NodeJS.ProcessEnv;
  files: string;
  steps: number;
  subject: string | undefined;
}

/** https://docs.github.com/en/actions/reference/security/oidc "Example subject claims": the environment comes first. */
function subjectOf({ environment }: Job, { contexts }: Runner): string {
  const { repository, event_name, ref } = contexts['github'] as Record<string, string>;
  const stem = `repo:${repository}:`;
  if (environment !== undefined) return `${stem}environment:${interpolate(environment, contexts, 'success')}`;
  return stem + (event_name === 'pull_request' ? 'pull_request' : `ref:${ref}`);
}

interface Scope {
  runner: Runner;
  state: State;
  contexts: Contexts;
  actionPath: string | undefined;
}

/** Steps of a job or of a composite action; their outputs by id. */
async function runSteps(steps: readonly Step[], scope: Scope): Promise<Contexts> {
  const known: Record<string, { outputs: Record<string, string> }> = {};
  for (const step of steps) {
    const contexts = { ...scope.contexts, steps: known };
    if (!holds(step.if, contexts, scope.state.status)) continue;
    const own = { ...scope, contexts };
    const outputs = step.uses === undefined ? await runScript(step, own) : await runAction(step, step.uses, own);
    if (Object.keys(outputs).length > 0) scope.state.outputs = outputs;
    if (step.id !== undefined) known[step.id] = { outputs };
  }
  return { ...scope.contexts, steps: known };
}

async function runAction(step: Step, uses: string, scope: Scope): Promise<Record<string, string>> {
  const given = Object.fromEntries(
    Object.entries(step.with ?? {}).map(([key, value]) => [key, filled(String(value), scope)]),
  );
  if (!uses.startsWith('./')) {
    const played = scope.runner.actions[uses.split('@')[0] ?? ''];
    if (!played) throw new Error(`nobody plays ${uses}`);
    try {
      Object.assign(scope.state.env, await played(given, scope.state.subject));
    } catch (error) {
      scope.state.log += `::error::${String(error)}\n`;
      scope.state.status = 'failure';
    }
    return {};
  }
  const actionPath = path.resolve(scope.runner.workspace, uses);
  const action = parse(await readFile(path.join(actionPath, 'action.yml'), 'utf8')) as Action;
  const strange = Object.keys(given).filter((key) => !(key in (action.inputs ?? {})));
  if (strange.length > 0) throw new Error(`${uses} has no inputs ${strange.join(', ')}`);
  const defaults = Object.entries(action.inputs ?? {}).map(([key, input]) => [key, input.default ?? '']);
  // A composite action sees neither secrets nor variables but through its inputs.
  const { github } = scope.contexts;
  const contexts = await runSteps(action.runs.steps, {
    ...scope,
    actionPath,
    contexts: { github, inputs: { ...Object.fromEntries(defaults), ...given } },
  });
  return Object.fromEntries(
    Object.entries(action.outputs ?? {}).map(([key, { value }]) => [key, filled(value, { ...scope, contexts })]),
  );
}

async function runScript(step: Step, { runner, state, contexts, actionPath }: Scope): Promise<Record<string, string>> {
  const fill = (text: string) => interpolate(text, contexts, state.status);
  state.steps += 1;
  const files = await openFiles(state.files, state.steps);
  const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, value]) => [key, fill(value)]));
  // https://docs.github.com/en/actions/reference/workflow-syntax-for-github-actions#jobsjob_idstepsshell
  const flags = step.shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e'];
  const { exitCode, output } = await runBash([...flags, '-c', fill(step.run ?? '')], {
    cwd: path.resolve(runner.workspace, fill(step['working-directory'] ?? '.')),
    env: {
      ...state.env,
      ...files,
      ...env,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: runner.workspace,
      ...(actionPath !== undefined && { GITHUB_ACTION_PATH: actionPath }),
    },
  });
  state.log += output;
  state.summary += await readFile(files.GITHUB_STEP_SUMMARY, 'utf8');
  Object.assign(state.env, await readPairs(files.GITHUB_ENV));
  const added = (await readFile(files.GITHUB_PATH, 'utf8')).split('\n').filter(Boolean);
  state.env['PATH'] = [...added, state.env['PATH'] ?? ''].join(':');
  if (exitCode !== 0) state.status = 'failure';
  return await readPairs(files.GITHUB_OUTPUT);
}

const filled = (text: string, { contexts, state }: Scope): string => interpolate(text, contexts, state.status);

function runBash(args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
  return new Promise<{ exitCode: number; output: string }>((resolve, reject) => {
    const child = spawn('bash', args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? -1, output }));
  });
}
