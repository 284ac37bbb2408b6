import type * as client from '@aws-sdk/client-ssm';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, need, tagsIn, type Needs, type Resource } from '../authorize/need.ts';
import { ec2Resource } from '../ec2/resource.ts';
import { lookUp } from './find.ts';

/** A parameter there or not; AWS's public ones are in nobody's account. */
function parameter(engine: Engine, name: string): Resource {
  const found = lookUp(engine, name)?.parameter;
  if (found) return { arn: found.arn, tags: found.tags };
  return { arn: name.startsWith('arn:') ? name : arnOf(engine, 'ssm', `parameter/${name.replace(/^\//, '')}`) };
}

/** AWS's own documents are in nobody's account. */
function document(engine: Engine, name: string): Resource {
  if (name.startsWith('arn:')) return { arn: name };
  const arn = arnOf(engine, 'ssm', `document/${name}`);
  return { arn: name.startsWith('AWS-') ? arn.replace(`:${engine.state.account}:`, '::') : arn };
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export const ssmNeeds: Needs<typeof client> = {
  GetParameter: ({ Name }, engine) => [need('ssm:GetParameter', parameter(engine, Name))],
  GetParameters: ({ Names }, engine) => [need('ssm:GetParameters', ...Names.map((name) => parameter(engine, name)))],
  GetParametersByPath: ({ Path }, engine) => [need('ssm:GetParametersByPath', parameter(engine, Path))],
  PutParameter: ({ Name, Tags }, engine) => [
    need('ssm:PutParameter', { ...parameter(engine, Name), requestTags: tagsIn(Tags) }),
  ],
  SendCommand: ({ DocumentName, InstanceIds = [], Targets = [] }, engine) => {
    const named = [...InstanceIds, ...Targets.flatMap(({ Key, Values = [] }) => (Key === 'InstanceIds' ? Values : []))];
    const unknown = (id: string): Resource => ({ arn: arnOf(engine, 'ec2', `instance/${id}`) });
    const instances = named.map((id) => ec2Resource(engine, id) ?? unknown(id));
    return [need('ssm:SendCommand', document(engine, DocumentName), ...instances)];
  },
  DeleteParameter: ({ Name }, engine) => [need('ssm:DeleteParameter', parameter(engine, Name))],
};
