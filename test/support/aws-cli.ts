import * as autoscaling from '@aws-sdk/client-auto-scaling';
import * as ec2 from '@aws-sdk/client-ec2';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import type { Aws } from '../../pipeline/core/context.ts';

const modules: Record<string, { module: object; client: keyof Aws }> = {
  autoscaling: { module: autoscaling, client: 'autoScaling' },
  ec2: { module: ec2, client: 'ec2' },
  elbv2: { module: elbv2, client: 'elbv2' },
  iam: { module: iam, client: 'iam' },
  logs: { module: logs, client: 'logs' },
  secretsmanager: { module: secretsmanager, client: 'secretsManager' },
};

const pascal = (kebab: string): string => kebab.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A member as the API spells it: CloudWatch Logs begins in lower case. */
const member = (service: string, option: string): string =>
  service === 'logs' ? pascal(option).replace(/^./, (letter) => letter.toLowerCase()) : pascal(option);

/** Types `aws SERVICE OPERATION --option value… --flag` as the AWS command line carries it out. Throws what AWS refuses. */
export async function awsCli(aws: Aws, line: string): Promise<void> {
  const [, service = '', operation = '', rest = ''] = /^aws (\w+) ([a-z-]+) (.+)$/.exec(line) ?? [];
  const { module, client } = modules[service] ?? {};
  const input: Record<string, unknown> = {};
  for (const [, option = '', values = ''] of rest.matchAll(/--([a-z-]+)((?: (?!--)\S+)*)/g)) {
    const words = values.split(' ').filter(Boolean);
    const value = words.length === 0 ? true : /-(ids|arns)$/.test(option) ? words : words[0];
    input[member(service, option)] = value;
  }
  type Command = new (input: object) => never;
  const Make = (module as Record<string, Command> | undefined)?.[`${pascal(operation)}Command`];
  if (!Make || !client) throw new Error(`the AWS command line knows no: ${line}`);
  await (aws[client] as { send(command: never): Promise<unknown> }).send(new Make(input));
}
