import type * as client from '@aws-sdk/client-ssm';
import type { CommandRecord, Invocation } from '../../engine/ssm/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import { page } from '../page.ts';
import type { HandlerFor } from '../service.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

const pluginName = 'aws:runShellScript';

function findCommand(engine: Engine, id: string): CommandRecord {
  const { commands } = engine.state.ssm;
  const found = Object.hasOwn(commands, id) ? commands[id] : undefined;
  if (!found) throw new AwsError('InvalidCommandId', `The command '${id}' does not exist`);
  return found;
}

/** To the second; the model of the service allows no more. */
const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** "The Run Command API follows an eventual consistency model" (API_GetCommandInvocation.html): in weather `lag`, here too. */
function showsYet({ sky, clock }: Engine, { requestedAt }: CommandRecord): boolean {
  const lag = sky.rules.find(({ kind }) => kind === 'lag');
  return lag === undefined || clock.now() >= requestedAt + (lag.seconds ?? 5) * 1000;
}

/** API_GetCommandInvocation.html */
export const getCommandInvocation: For<'GetCommandInvocation'> = (input, { engine }) => {
  const command = engine.state.ssm.commands[input.CommandId];
  const found = command?.invocations.find(({ instanceId }) => instanceId === input.InstanceId);
  if (!command || !found || !showsYet(engine, command))
    throw new AwsError('InvocationDoesNotExist', 'The command ID and managed node ID did not match any invocations.');
  if (input.PluginName !== undefined && input.PluginName !== pluginName) {
    throw new AwsError('InvalidPluginName', `The plugin '${input.PluginName}' is not of the command`);
  }
  const { startedAt, endedAt } = found;
  return {
    CommandId: command.id,
    InstanceId: found.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: '$DEFAULT',
    PluginName: pluginName,
    ResponseCode: found.exitCode,
    ...(startedAt !== undefined && { ExecutionStartDateTime: iso(startedAt) }),
    ...(endedAt !== undefined && { ExecutionEndDateTime: iso(endedAt) }),
    Status: found.status,
    StatusDetails: found.statusDetails,
    StandardOutputContent: found.stdout,
    StandardOutputUrl: '',
    StandardErrorContent: found.stderr,
    StandardErrorUrl: '',
  };
};

/** "Output of the plugin execution", cut after 2,500 characters (API_CommandPlugin.html). */
const mostPluginOutput = 2500;

const invocationForm = (command: CommandRecord, one: Invocation, details: boolean): client.CommandInvocation => ({
  CommandId: command.id,
  InstanceId: one.instanceId,
  InstanceName: '',
  Comment: command.comment,
  DocumentName: command.documentName,
  DocumentVersion: '$DEFAULT',
  RequestedDateTime: new Date(command.requestedAt),
  Status: one.status,
  StatusDetails: one.statusDetails,
  StandardOutputUrl: '',
  StandardErrorUrl: '',
  CommandPlugins: details
    ? [
        {
          Name: pluginName,
          Status: one.status,
          StatusDetails: one.statusDetails,
          ResponseCode: one.exitCode,
          Output: (one.stdout + (one.stderr === '' ? '' : `\n----------ERROR-------\n${one.stderr}`)).slice(
            0,
            mostPluginOutput,
          ),
          ...(one.startedAt !== undefined && { ResponseStartDateTime: new Date(one.startedAt) }),
          ...(one.endedAt !== undefined && { ResponseFinishDateTime: new Date(one.endedAt) }),
        },
      ]
    : [],
});

export const listCommandInvocations: For<'ListCommandInvocations'> = (input, { engine }) => {
  const { CommandId, InstanceId, MaxResults = 50, NextToken, Details = false } = input;
  const commands =
    CommandId === undefined ? Object.values(engine.state.ssm.commands) : [findCommand(engine, CommandId)];
  const all = commands.flatMap((command) => command.invocations.map((one) => ({ command, one })));
  const { items, next } = page(
    all.filter(({ one }) => (InstanceId ?? one.instanceId) === one.instanceId),
    {
      keyOf: ({ command, one }) => `${String(command.requestedAt).padStart(16, '0')} ${command.id} ${one.instanceId}`,
      limit: MaxResults,
      token: NextToken,
      invalidTokenCode: 'InvalidNextToken',
    },
  );
  return {
    CommandInvocations: items.map(({ command, one }) => invocationForm(command, one, Details)),
    ...(next !== undefined && { NextToken: next }),
  };
};
