import type { LaunchPermission } from '@aws-sdk/client-ec2';
import { ownImage } from '../../engine/ec2/images.ts';
import { AwsError } from '../error.ts';
import { endDryRun, type Ec2Handler } from './handler.ts';

type Input = Parameters<Ec2Handler<'ModifyImageAttribute'>>[0];

/** API_ModifyImageAttribute.html: description and launch permission. */
export const modifyImageAttribute: Ec2Handler<'ModifyImageAttribute'> = (input, { engine }) => {
  const image = ownImage(engine, input.ImageId);
  const { add, remove } = launchPermission(input);
  checkAccounts([...add, ...remove]);
  endDryRun(input);
  const removed = new Set(accounts(remove));
  image.launchAccounts = [...new Set([...image.launchAccounts, ...accounts(add)])].filter((id) => !removed.has(id));
  image.public = (image.public || isForAll(add)) && !isForAll(remove);
  image.description = newDescription(input) ?? image.description;
  engine.save();
};

const accounts = (permissions: LaunchPermission[]) => permissions.flatMap(({ UserId }) => UserId ?? []);
const isForAll = (permissions: LaunchPermission[]) => permissions.some(({ Group }) => Group === 'all');

function checkAccounts(permissions: LaunchPermission[]): void {
  const wrong = accounts(permissions).find((id) => !/^\d{12}$/.test(id));
  if (wrong === undefined) return;
  throw new AwsError('InvalidAMIAttributeItemValue', `Invalid attribute item value "${wrong}" for userId item type.`);
}

/** The permission change in whichever of the two ways it was written. */
function launchPermission(input: Input): { add: LaunchPermission[]; remove: LaunchPermission[] } {
  const { LaunchPermission: { Add = [], Remove = [] } = {}, UserIds = [], UserGroups = [] } = input;
  if (input.Attribute !== 'launchPermission') return { add: Add, remove: Remove };
  const items: LaunchPermission[] = [
    ...UserIds.map((UserId): LaunchPermission => ({ UserId })),
    ...UserGroups.map((Group) => ({ Group: Group as 'all' })),
  ];
  return input.OperationType === 'remove' ? { add: [], remove: items } : { add: items, remove: [] };
}

const newDescription = ({ Attribute, Description, Value }: Input) =>
  Attribute === 'description' ? Value : Description?.Value;
