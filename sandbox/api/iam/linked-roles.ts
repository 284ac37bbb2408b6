import type * as client from '@aws-sdk/client-iam';
import type { Engine } from '../../engine/engine.ts';
import type { IamRole } from '../../engine/iam/state.ts';
import { need, type Need } from '../authorize/need.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { addRole } from './roles.ts';
import { roleDetail } from './view.ts';

/** The services whose linked roles the sandbox knows, with the names that AWS gives them. */
const roleNames = {
  'autoscaling.amazonaws.com': 'AWSServiceRoleForAutoScaling',
  'elasticloadbalancing.amazonaws.com': 'AWSServiceRoleForElasticLoadBalancing',
} as const;

type LinkedService = keyof typeof roleNames;

const isKnown = (service: string): service is LinkedService => Object.hasOwn(roleNames, service);

const nameOf = (service: LinkedService, suffix?: string): string =>
  suffix === undefined ? roleNames[service] : `${roleNames[service]}_${suffix}`;

const action = 'iam:CreateServiceLinkedRole';

/** What making a service's role takes; the path is in the ARN (id_roles_create-service-linked-role.html, "permissions"). */
export function needLinkedRole({ state }: Engine, service: string, suffix?: string): Need {
  const name = isKnown(service) ? nameOf(service, suffix) : '*';
  return need(action, {
    arn: `arn:aws:iam::${state.account}:role/aws-service-role/${service}/${name}`,
    keys: { 'iam:AWSServiceName': service },
  });
}

/** What the first call of an account takes that has the service make its role on the caller's behalf. */
export const needFirstLinkedRole = (engine: Engine, service: LinkedService): Need[] =>
  Object.hasOwn(engine.state.iam.roles, nameOf(service)) ? [] : [needLinkedRole(engine, service)];

/** Makes a service's role where the account has none yet, as the service does by itself. */
export function ensureLinkedRole(engine: Engine, service: LinkedService): void {
  if (!Object.hasOwn(engine.state.iam.roles, nameOf(service))) addLinkedRole(engine, service, nameOf(service));
}

/** API_CreateServiceLinkedRole.html */
export const createServiceLinkedRole: HandlerFor<typeof client, 'CreateServiceLinkedRole'> = (input, { engine }) => {
  const service = input.AWSServiceName;
  if (!isKnown(service)) {
    throw new AwsError('InvalidInput', `Service name ${service} is not supported by the sandbox.`);
  }
  const name = nameOf(service, input.CustomSuffix);
  if (Object.hasOwn(engine.state.iam.roles, name)) {
    const message = `Service role name ${name} has been taken in this account, please try a different suffix.`;
    throw new AwsError('InvalidInput', message);
  }
  return { Role: roleDetail(addLinkedRole(engine, service, name)) };
};

function addLinkedRole(engine: Engine, service: LinkedService, name: string): IamRole {
  const Statement = [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }];
  const trustPolicy = JSON.stringify({ Version: '2012-10-17', Statement });
  return addRole(engine, { name, path: `/aws-service-role/${service}/`, trustPolicy });
}
