import { findInstance } from '../ec2/find.ts';
import type { Engine } from '../engine.ts';
import type { ShellRequest } from '../machines.ts';
import type { CommandRecord, Invocation } from './state.ts';

/** What GetCommandInvocation shows of what a command wrote (API_GetCommandInvocation.html). */
const [mostOutput, mostErrors] = [24_000, 8000];

/** Carries a command out on all its machines, in the background. */
export function runCommand(engine: Engine, command: CommandRecord): void {
  for (const invocation of command.invocations) {
    engine.background(`command ${command.id} on ${invocation.instanceId}`, () => carryOut(engine, command, invocation));
  }
}

async function carryOut(engine: Engine, command: CommandRecord, invocation: Invocation): Promise<void> {
  // A call that comes right behind sees it pending, as on AWS.
  await engine.clock.sleep(engine.timing.commandMs, engine.signal);
  if (findInstance(engine, invocation.instanceId)?.state !== 'running') {
    return end(engine, invocation, { status: 'Failed', statusDetails: 'Undeliverable' });
  }
  Object.assign(invocation, { status: 'InProgress', statusDetails: 'InProgress', startedAt: engine.clock.now() });
  engine.save();
  end(engine, invocation, await outcomeOf(engine, command, invocation.instanceId));
}

async function outcomeOf(engine: Engine, command: CommandRecord, instanceId: string): Promise<Partial<Invocation>> {
  try {
    const outcome = await engine.machines.run?.(instanceId, requestOf(command));
    if (!outcome) throw new Error('these machines run no commands');
    const { exitCode, stdout, stderr, timedOut } = outcome;
    const written = { exitCode, stdout: stdout.slice(0, mostOutput), stderr: stderr.slice(0, mostErrors) };
    // "If ExecutionStatus is neither Succeeded nor Failed, then this string is empty" (API_GetCommandInvocation.html).
    if (timedOut) return { ...timeOut, exitCode };
    return { ...written, ...(exitCode === 0 ? success : failure) };
  } catch (error) {
    engine.log(`command ${command.id}: ${String(error)}`);
    return { status: 'Failed', statusDetails: 'Undeliverable' };
  }
}

function requestOf({ parameters }: CommandRecord): ShellRequest {
  const {
    commands = [],
    workingDirectory: [directory = ''] = [],
    executionTimeout: [seconds = '3600'] = [],
  } = parameters;
  const request = { script: commands.join('\n'), timeoutSeconds: Number(seconds) };
  return directory === '' ? request : { ...request, workingDirectory: directory };
}

const success = { status: 'Success', statusDetails: 'Success' } as const;
const failure = { status: 'Failed', statusDetails: 'Failed' } as const;
const timeOut = { status: 'TimedOut', statusDetails: 'Execution Timed Out' } as const;

function end(engine: Engine, invocation: Invocation, outcome: Partial<Invocation>): void {
  Object.assign(invocation, outcome, { endedAt: engine.clock.now() });
  engine.save();
}

/** Call once at start: nobody knows any more what became of commands that were under way. */
export function endLostCommands(engine: Engine): void {
  for (const invocation of Object.values(engine.state.ssm.commands).flatMap(({ invocations }) => invocations)) {
    if (invocation.endedAt === undefined) end(engine, invocation, { status: 'Failed', statusDetails: 'Undeliverable' });
  }
}
