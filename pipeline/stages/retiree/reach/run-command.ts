import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  type GetCommandInvocationResult,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import type { Context } from '../../../core/context.ts';
import { DeployError, isAwsError } from '../../../core/errors.ts';
import { makeSeal, openSealed, sealedScript, type Seal } from '../../../core/retire/sealed.ts';
import { until } from '../../../core/wait.ts';

/** AWS's own document: it runs what it is given as root with sh. */
const documentName = 'AWS-RunShellScript';
/** "If this time is reached and the command hasn't already started running, it won't run." (API_SendCommand.html) */
const deliverySeconds = 120;

/** Whether the agent of an instance listens. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html */
export async function findManaged(
  ctx: Context,
  machine: string,
): Promise<{ isOnline: true } | { isOnline: false; why: string }> {
  const found = await lookUp(ctx, machine);
  if (found?.PingStatus === 'Online') return { isOnline: true };
  if (!found) return { isOnline: false, why: `Systems Manager does not know ${machine}` };
  const last = found.LastPingDateTime?.toISOString() ?? 'never';
  return { isOnline: false, why: `the SSM agent of ${machine} is silent (${found.PingStatus}) since ${last}` };
}

async function lookUp(ctx: Context, machine: string) {
  const filter = { Filters: [{ Key: 'InstanceIds', Values: [machine] }] };
  try {
    const { InstanceInformationList = [] } = await ctx.aws.ssm.send(new DescribeInstanceInformationCommand(filter));
    return InstanceInformationList.find(({ InstanceId }) => InstanceId === machine);
  } catch (error) {
    // "If you specify a node ID that isn't valid or a node that you don't own, you receive an error."
    if (isAwsError(error, 'InvalidInstanceId', 'InvalidInstanceInformationFilterValue')) return undefined;
    throw error;
  }
}

interface Command {
  machine: string;
  script: string;
  /** How long it may run. */
  forSeconds: number;
}

/**
 * Runs a script through Systems Manager and resolves with what it printed. Nothing secret may stand in it: its text is shown to
 * everybody who may list commands. Throws `retire` when it fails. A call that is repeated runs it twice.
 */
export async function runCommand(ctx: Context, command: Command): Promise<string> {
  const seal = sealOfProcess();
  const id = await send(ctx, { ...command, script: sealedScript(command.script, seal) });
  const ended = await awaitEnd(ctx, command, id);
  if (ended.Status !== 'Success') throw failure(command.machine, ended);
  const text = openSealed(ended.StandardOutputContent ?? '', seal);
  if (text !== undefined) return text.trimEnd();
  throw new DeployError('retire', `what ${command.machine} said is longer than Systems Manager keeps`, {
    hint: 'name retire.shell, such as ["ssh", "root@lb"]: it has no limit',
  });
}

let own: Seal | undefined;

/** A key takes a tenth of a second to make: one is enough for a process. */
function sealOfProcess(): Seal {
  own ??= makeSeal();
  return own;
}

async function send(ctx: Context, { machine, script, forSeconds }: Command): Promise<string> {
  const { Command } = await ctx.aws.ssm.send(
    new SendCommandCommand({
      DocumentName: documentName,
      InstanceIds: [machine],
      Comment: 'redeploy retire',
      TimeoutSeconds: deliverySeconds,
      Parameters: { commands: [script], executionTimeout: [String(forSeconds)] },
    }),
  );
  return Command?.CommandId ?? '';
}

const isUnderWay = new Set<string | undefined>(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

async function awaitEnd(
  ctx: Context,
  { machine, forSeconds }: Command,
  CommandId: string,
): Promise<GetCommandInvocationResult> {
  const limits = { everyMs: 1000, forMs: (forSeconds + deliverySeconds + 60) * 1000 };
  return await until(ctx, `the script on ${machine}`, limits, async () => {
    try {
      const answer = await ctx.aws.ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId: machine }));
      return isUnderWay.has(answer.Status) ? { pending: answer.StatusDetails ?? 'Pending' } : { done: answer };
    } catch (error) {
      // Eventually consistent: right after SendCommand it may not show yet (API_GetCommandInvocation.html).
      if (!isAwsError(error, 'InvocationDoesNotExist')) throw error;
      return { pending: 'the command does not show yet' };
    }
  });
}

function failure(machine: string, ended: GetCommandInvocationResult): DeployError {
  const { Status, StatusDetails = Status, ResponseCode, StandardErrorContent = '' } = ended;
  const exit = Status === 'Failed' && ResponseCode !== undefined && ResponseCode > 0 ? ` with ${ResponseCode}` : '';
  return new DeployError('retire', `the script on ${machine} ended${exit}: ${StatusDetails}`, {
    lines: StandardErrorContent.split('\n').filter(Boolean).slice(-10),
    hint: 'see what it said above; nothing else was changed',
  });
}
