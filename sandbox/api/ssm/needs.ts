import type * as client from '@aws-sdk/client-ssm';
import type { Engine } from '../../engine/engine.ts';
import { arnOf, need, tagsIn, type Needs, type Resource } from '../authorize/need.ts';
import { lookUp } from './find.ts';

/** A parameter there or not; AWS's public ones are in nobody's account. */
function parameter(engine: Engine, name: string): Resource {
  const found = lookUp(engine, name)?.parameter;
  if (found) return { arn: found.arn, tags: found.tags };
  return { arn: name.startsWith('arn:') ? name : arnOf(engine, 'ssm', `parameter/${name.replace(/^\//, '')}`) };
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export const ssmNeeds: Needs<typeof client> = {
  GetParameter: ({ Name }, engine) => [need('ssm:GetParameter', parameter(engine, Name))],
  GetParameters: ({ Names }, engine) => [need('ssm:GetParameters', ...Names.map((name) => parameter(engine, name)))],
  GetParametersByPath: ({ Path }, engine) => [need('ssm:GetParametersByPath', parameter(engine, Path))],
  PutParameter: ({ Name, Tags }, engine) => [
    need('ssm:PutParameter', { ...parameter(engine, Name), requestTags: tagsIn(Tags) }),
  ],
  DeleteParameter: ({ Name }, engine) => [need('ssm:DeleteParameter', parameter(engine, Name))],
};
