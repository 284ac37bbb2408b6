import type { Engine } from '../../engine/engine.ts';
import { notFound } from '../../engine/ec2/resources.ts';
import type { State } from '../../engine/state.ts';
import type { Fault, PendingCall } from '../dispatch.ts';
import { AwsError } from '../error.ts';

const isRead = (operation: string): boolean => /^(Describe|Get|List)/.test(operation);

interface Past {
  untilMs: number;
  ec2: State['ec2'];
  iam: State['iam'];
}

/**
 * EC2 and IAM are eventually consistent (ec2/latest/devguide/eventual-consistency.html): for some seconds after a change,
 * reads show the world before it, and what names a new thing is told that there is none.
 */
export function openLag(engine: Engine): (call: PendingCall) => Fault | undefined {
  let past: Past | undefined;
  const change = (call: PendingCall): void => {
    const { clock, state } = engine;
    if (past) return refuseNews(past, state, call);
    if (!isSlow(call)) return;
    const seconds = engine.sky.hit('lag')?.seconds ?? 5;
    const { ec2, iam } = structuredClone({ ec2: state.ec2, iam: state.iam });
    past = { untilMs: clock.now() + seconds * 1000, ec2, iam };
  };
  return (call) => {
    if (past && past.untilMs <= engine.clock.now()) past = undefined;
    if (!engine.sky.has('lag')) return undefined;
    if (!isRead(call.operation)) change(call);
    else if (past && isSlow(call)) return { state: { ...engine.state, ec2: past.ec2, iam: past.iam } };
    return undefined;
  };
}

/** Services whose reads show changes late. */
const isSlow = ({ service }: PendingCall): boolean => service === 'ec2' || service === 'iam';

/** Throws what AWS answers to a change that names something which its servers have not all heard of. */
function refuseNews(past: Past, state: State, call: PendingCall): void {
  refuseNewIds(past, state, call);
  const { RoleName: role } = call.input;
  if (typeof role === 'string' && state.iam.roles[role] && !past.iam.roles[role]) {
    const message = `The role with name ${role} cannot be found.`;
    throw new AwsError('NoSuchEntity', message, { status: 404 });
  }
  refuseNewProfile(past, call);
  refuseOldName(past, state, call);
  refuseNewTemplate(past, call);
}

function refuseNewIds(past: Past, state: State, { service, input }: PendingCall): void {
  const known: [string, object, object][] = [
    ['i', past.ec2.instances, state.ec2.instances],
    ['sg', past.ec2.securityGroups, state.ec2.securityGroups],
    ['ami', past.ec2.images, state.ec2.images],
  ];
  for (const id of JSON.stringify(input).match(/\b(?:i|sg|ami)-0[0-9a-f]{16}\b/g) ?? []) {
    const [prefix, before, now] = known.find(([name]) => id.startsWith(`${name}-`)) ?? [];
    if (!before || !now || Object.hasOwn(before, id) || !Object.hasOwn(now, id)) continue;
    if (service === 'ec2') throw notFound(prefix as 'i', id);
    if (service === 'elasticloadbalancing') {
      throw new AwsError('InvalidSecurityGroup', `One or more security groups are invalid: ${id}`);
    }
  }
}

/** The name of an image stays taken for a while after it was deregistered (errors-overview.html, InvalidAMIName.Duplicate). */
function refuseOldName(past: Past, state: State, { operation, input }: PendingCall): void {
  if (operation !== 'CreateImage') return;
  const old = Object.values(past.ec2.images).find(({ name }) => name === input['Name']);
  const isGone = old && (state.ec2.images[old.id]?.state ?? 'deregistered') === 'deregistered';
  if (isGone) throw new AwsError('InvalidAMIName.Duplicate', `AMI name ${old.name} is already in use by AMI ${old.id}`);
}

function refuseNewProfile(past: Past, { operation, input }: PendingCall): void {
  const name = (input['IamInstanceProfile'] as { Name?: string } | undefined)?.Name;
  if (operation !== 'RunInstances' || name === undefined || past.iam.instanceProfiles[name]) return;
  const message = `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`;
  throw new AwsError('InvalidParameterValue', message);
}

/** Wherever a call names one: a group, its policy of several types, what a refresh shall bring about. */
function refuseNewTemplate(past: Past, { service, input }: PendingCall): void {
  if (service !== 'autoscaling') return;
  const templates = Object.values(past.ec2.launchTemplates);
  for (const { LaunchTemplateName: name, Version: version } of specificationsIn(input)) {
    const template = templates.find((one) => one.name === name);
    const isNewVersion = /^\d+$/.test(version) && !template?.versions.some((one) => String(one.version) === version);
    if (template && !isNewVersion) continue;
    const missing = template ? `the specified version ${version}` : `the launch template with name ${name}`;
    const message = `You must use a valid fully-formed launch template. Could not find ${missing}.`;
    throw new AwsError('ValidationError', message);
  }
}

interface Specification {
  LaunchTemplateName: string;
  Version: string;
}

function specificationsIn(input: unknown): Specification[] {
  if (typeof input !== 'object' || input === null) return [];
  const { LaunchTemplateName: name, Version = '' } = input as Partial<Specification>;
  if (name !== undefined) return [{ LaunchTemplateName: name, Version }];
  return Object.values(input).flatMap(specificationsIn);
}
