import type * as client from '@aws-sdk/client-ssm';
import type { Engine } from '../../engine/engine.ts';
import type { Parameter } from '../../engine/ssm/state.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';

const validation = (message: string) => new AwsError('ValidationException', message);

/** Standard parameters: 4 KB values, 100 versions, names not in AWS's own space (API reference, PutParameter). */
export const putParameter: HandlerFor<typeof client, 'PutParameter'> = (input, { engine }) => {
  const { Name: name, Value: value, Type: type, Overwrite = false } = input;
  checkName(name);
  if (Buffer.byteLength(value) > 4096) {
    throw validation('Standard tier parameters support a maximum parameter value of 4096 characters.');
  }
  const existing = own(engine, name);
  if (existing && !Overwrite) {
    const advice = 'To overwrite this value, set the overwrite option in the request to true.';
    throw new AwsError('ParameterAlreadyExists', `The parameter already exists. ${advice}`);
  }
  if (!existing && !type) throw validation('A parameter type is required when you create a parameter.');
  const parameter = existing ?? newParameter(engine, name);
  if (type) parameter.type = type;
  if (input.Description !== undefined) parameter.description = input.Description;
  return { Version: addVersion(engine, parameter, value, input.Tags), Tier: 'Standard' };
};

function own(engine: Engine, name: string): Parameter | undefined {
  const { parameters } = engine.state.ssm;
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined;
}

function newParameter(engine: Engine, name: string): Parameter {
  const { region, account } = engine.state;
  const arn = `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
  return { name, arn, type: 'String', tags: {}, versions: [] };
}

function addVersion(engine: Engine, parameter: Parameter, value: string, tags: client.Tag[] = []): number {
  for (const { Key = '', Value = '' } of tags) parameter.tags[Key] = Value;
  const version = (parameter.versions.at(-1)?.version ?? 0) + 1;
  parameter.versions = [...parameter.versions, { version, value, modifiedAt: engine.clock.now() }].slice(-100);
  engine.state.ssm.parameters[parameter.name] = parameter;
  return version;
}

function checkName(name: string): void {
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw validation('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  }
  if (name.split('/').length > 16) {
    throw new AwsError('HierarchyLevelLimitExceededException', 'A hierarchy can have a maximum of 15 levels.');
  }
  if (/^[\w./-]{1,1011}$/.test(name) && (name.startsWith('/') || !name.includes('/'))) return;
  throw validation(`Parameter name must be a fully qualified name of letters, numbers and .-_ : ${name}`);
}
