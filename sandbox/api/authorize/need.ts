import type { Engine } from '../../engine/engine.ts';
import type { HandlerFor } from '../service.ts';

type Tags = Record<string, string>;

/** What an action is asked for, as IAM sees it. */
export interface Resource {
  arn: string;
  /** Tags that it has: `aws:ResourceTag/…` and the service's own `…:ResourceTag/…`. */
  tags?: Tags;
  /** Tags that it is to be given: `aws:RequestTag/…` and `aws:TagKeys`. */
  requestTags?: Tags;
  /** Further condition keys: `iam:PassedToService`. */
  keys?: Record<string, string | string[]>;
}

/** One permission that a call takes: an action on each of these. */
export interface Need {
  action: string;
  on: Resource[];
}

/** What a call of an operation takes; an operation without an entry takes the action of its name on `*`. */
type NeedsOf<Input> = (input: Input, engine: Engine) => Need[];

/**
 * Per operation of a service, after the Service Authorization Reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)
 * and the API reference for what a call needs besides its own action. What is not there takes no permission: the handler
 * says that it is missing.
 */
export type Needs<Module> = {
  [Key in keyof Module as Key extends `${infer Name}Command` ? Name : never]?: Key extends `${infer Name}Command`
    ? NeedsOf<Parameters<HandlerFor<Module, Name>>[0]>
    : never;
};

/** As the dispatcher calls it, its input checked by the operation's shape. */
export type AnyNeeds = Record<string, NeedsOf<never>>;

/** `need('ec2:RunInstances', a, undefined, b)`: what is undefined is not there. */
export const need = (action: string, ...on: (Resource | undefined)[]): Need => ({
  action,
  on: on.filter((resource) => resource !== undefined),
});

/** Nothing, when no tags are given: otherwise the permission to give them. */
export const needTags = (action: string, resource: Resource): Need[] =>
  Object.keys(resource.requestTags ?? {}).length === 0 ? [] : [need(action, resource)];

/** The same thing as the target of tags. */
export const givenTags = (resource: Resource | undefined, requestTags: Tags): Resource | undefined =>
  resource === undefined ? undefined : { ...resource, requestTags };

/** `arn:aws:SERVICE:REGION:ACCOUNT:REST` of the sandbox's region and account. */
export const arnOf = ({ state }: Engine, service: string, rest: string): string =>
  `arn:aws:${service}:${state.region}:${state.account}:${rest}`;

/** A request's tags in either spelling as a record. */
export const tagsIn = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): Tags =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

const passRole = 'iam:PassRole';

/** id_roles_use_passrole.html: the role is named, and the service that will act with it. */
export function needPassRole({ state }: Engine, roleName: string, service: string): Need {
  const arn = state.iam.roles[roleName]?.arn ?? `arn:aws:iam::${state.account}:role/${roleName}`;
  return need(passRole, { arn, keys: { 'iam:PassedToService': service } });
}
