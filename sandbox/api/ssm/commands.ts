import { randomUUID } from 'node:crypto';
import type * as client from '@aws-sdk/client-ssm';
import { runCommand } from '../../engine/ssm/run-command.ts';
import type { CommandRecord, Invocation } from '../../engine/ssm/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { describeInstanceInformation } from './information.ts';
import { getCommandInvocation, listCommandInvocations } from './invocations.ts';
import { managedInstances } from './managed.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

const documentName = 'AWS-RunShellScript';
/** "You can specify up to 50 IDs" (API_SendCommand.html). */
const mostInstances = 50;
const validation = (message: string) => new AwsError('ValidationException', message);

/** API_SendCommand.html: `InvalidDocument`, `InvalidInstanceId` for machines that are not managed or not there. */
const sendCommand: For<'SendCommand'> = (input, { engine }) => {
  if (input.DocumentName.split('/').at(-1) !== documentName) {
    throw new AwsError('InvalidDocument', `The sandbox has no document '${input.DocumentName}'`);
  }
  const parameters = readParameters(input.Parameters ?? {});
  const timeoutSeconds = input.TimeoutSeconds ?? 3600;
  if (timeoutSeconds < 30 || timeoutSeconds > 2_592_000) {
    throw validation(`Value '${timeoutSeconds}' at 'timeoutSeconds' must be between 30 and 2592000`);
  }
  const command: CommandRecord = {
    id: randomUUID(),
    documentName,
    comment: input.Comment ?? '',
    parameters,
    requestedAt: engine.clock.now(),
    timeoutSeconds,
    invocations: targetsOf(engine, input).map(freshInvocation),
  };
  engine.state.ssm.commands[command.id] = command;
  // What was answered is not changed by what happens next.
  const answer = commandForm(command, input);
  runCommand(engine, command);
  return { Command: answer };
};

const freshInvocation = (instanceId: string): Invocation => ({
  instanceId,
  status: 'Pending',
  statusDetails: 'Pending',
  exitCode: -1,
  stdout: '',
  stderr: '',
});

function readParameters(given: Record<string, string[]>): Record<string, string[]> {
  const { commands = [], executionTimeout = ['3600'] } = given;
  const unknown = Object.keys(given).find((key) => !['commands', 'workingDirectory', 'executionTimeout'].includes(key));
  if (unknown !== undefined) throw new AwsError('InvalidParameters', `Parameter '${unknown}' is not of the document`);
  if (commands.length === 0) throw new AwsError('InvalidParameters', "Parameter 'commands' is missing");
  const seconds = Number(executionTimeout[0]);
  if (seconds >= 1 && seconds <= 172_800) return given;
  throw new AwsError('InvalidParameters', "Parameter 'executionTimeout' must be between 1 and 172800");
}

function targetsOf(engine: Engine, { InstanceIds = [], Targets = [] }: Parameters<typeof sendCommand>[0]): string[] {
  if (InstanceIds.length === 0 && Targets.length === 0) throw validation('InstanceIds or Targets must be given');
  if (InstanceIds.length > mostInstances) throw validation(`At most ${mostInstances} instance ids can be given`);
  const online = managedInstances(engine);
  const named = [
    ...InstanceIds,
    ...Targets.flatMap(({ Key, Values }) => (Key === 'InstanceIds' ? (Values ?? []) : [])),
  ];
  const lost = named.filter((id) => !online.some((one) => one.id === id));
  if (lost.length > 0) {
    const text = `Instances [[${lost.join(', ')}]] not in a valid state for account ${engine.state.account}`;
    throw new AwsError('InvalidInstanceId', text);
  }
  const byTag = Targets.filter(({ Key = '' }) => Key.startsWith('tag:'));
  const isTagged = (tags: Record<string, string>) =>
    byTag.every(({ Key = '', Values = [] }) => Values.includes(tags[Key.slice('tag:'.length)] ?? ''));
  const tagged = byTag.length === 0 ? [] : online.filter(({ tags }) => isTagged(tags)).map(({ id }) => id);
  return [...new Set([...named, ...tagged])];
}

/** The state of all of a command's machines together (monitor-commands.html). */
function statusOf({ invocations }: CommandRecord): client.CommandStatus {
  const has = (...wanted: string[]) => invocations.some(({ status }) => wanted.includes(status));
  if (has('Pending', 'InProgress')) return has('InProgress') ? 'InProgress' : 'Pending';
  if (has('Failed')) return 'Failed';
  return has('TimedOut') ? 'TimedOut' : 'Success';
}

function commandForm(command: CommandRecord, input: Parameters<typeof sendCommand>[0]): client.Command {
  const ended = command.invocations.filter(({ endedAt }) => endedAt !== undefined);
  const status = statusOf(command);
  return {
    CommandId: command.id,
    DocumentName: command.documentName,
    DocumentVersion: '$DEFAULT',
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: input.InstanceIds ?? [],
    Targets: input.Targets ?? [],
    RequestedDateTime: new Date(command.requestedAt),
    ExpiresAfter: new Date(command.requestedAt + command.timeoutSeconds * 1000),
    Status: status,
    StatusDetails: status,
    MaxConcurrency: '50',
    MaxErrors: '0',
    TargetCount: command.invocations.length,
    CompletedCount: ended.length,
    DeliveryTimedOutCount: 0,
    ErrorCount: ended.filter((one) => one.status === 'Failed').length,
    TimeoutSeconds: command.timeoutSeconds,
  };
}

export const commandOperations: Operations<typeof client> = {
  SendCommand: sendCommand,
  GetCommandInvocation: getCommandInvocation,
  ListCommandInvocations: listCommandInvocations,
  DescribeInstanceInformation: describeInstanceInformation,
};
