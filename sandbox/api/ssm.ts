import type * as client from '@aws-sdk/client-ssm';
import type { Parameter as ParameterView } from '@aws-sdk/client-ssm';
import { endLostCommands } from '../engine/ssm/run-command.ts';
import { AwsError } from './error.ts';
import { page } from './page.ts';
import type { HandlerFor, Operations, Service } from './service.ts';
import { commandOperations } from './ssm/commands.ts';
import { allParameters, findParameter, lookUp, type Found } from './ssm/find.ts';
import { putParameter } from './ssm/put.ts';
import { ssmNeeds } from './ssm/needs.ts';

type For<Name extends string> = HandlerFor<typeof client, Name>;

/** Without decryption a SecureString's value is a ciphertext; here just something that is not the value. */
const hidden = 'AQICAHsandbox-ciphertext';

const view = ({ parameter, version, selector }: Found, decrypt: boolean | undefined): ParameterView => ({
  Name: parameter.name,
  Type: parameter.type,
  Value: parameter.type === 'SecureString' && !decrypt ? hidden : version.value,
  Version: version.version,
  Selector: selector,
  LastModifiedDate: new Date(version.modifiedAt),
  ARN: parameter.arn,
  DataType: 'text',
});

const getParameter: For<'GetParameter'> = ({ Name, WithDecryption }, { engine }) => ({
  Parameter: view(findParameter(engine, Name), WithDecryption),
});

const getParameters: For<'GetParameters'> = ({ Names, WithDecryption }, { engine }) => {
  if (Names.length === 0 || Names.length > 10) {
    const constraint = 'Member must have length between 1 and 10';
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'names' failed to satisfy constraint: ${constraint}`,
    );
  }
  const found = Names.map((name) => ({ name, found: lookUp(engine, name) }));
  return {
    Parameters: found.flatMap((one) => (one.found ? [view(one.found, WithDecryption)] : [])),
    InvalidParameters: found.flatMap((one) => (one.found ? [] : [one.name])),
  };
};

const getParametersByPath: For<'GetParametersByPath'> = (input, { engine }) => {
  const path = input.Path.endsWith('/') ? input.Path : `${input.Path}/`;
  if (!path.startsWith('/')) {
    throw new AwsError(
      'ValidationException',
      `The parameter doesn't meet the parameter name requirements: ${input.Path}`,
    );
  }
  if (input.MaxResults !== undefined && (input.MaxResults < 1 || input.MaxResults > 10)) {
    const constraint = 'Member must have value less than or equal to 10';
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${input.MaxResults}' at 'maxResults' failed to satisfy constraint: ${constraint}`,
    );
  }
  const below = allParameters(engine).filter(
    ({ name }) => name.startsWith(path) && (input.Recursive === true || !name.slice(path.length).includes('/')),
  );
  const found = page(below, {
    keyOf: ({ name }) => name,
    limit: input.MaxResults ?? 10,
    token: input.NextToken,
    invalidTokenCode: 'InvalidNextToken',
  });
  const parameters = found.items.flatMap((parameter) => {
    const version = parameter.versions.at(-1);
    return version ? [view({ parameter, version }, input.WithDecryption)] : [];
  });
  return { Parameters: parameters, NextToken: found.next };
};

const deleteParameter: For<'DeleteParameter'> = ({ Name }, { engine }) => {
  const { parameters } = engine.state.ssm;
  if (!Object.hasOwn(parameters, Name)) throw new AwsError('ParameterNotFound', `Parameter ${Name} not found.`);
  delete parameters[Name];
};

const operations: Operations<typeof client> = {
  GetParameter: getParameter,
  GetParameters: getParameters,
  GetParametersByPath: getParametersByPath,
  PutParameter: putParameter,
  DeleteParameter: deleteParameter,
  ...commandOperations,
};

/** Systems Manager: the parameter store with the public parameters of Amazon Linux, and Run Command. */
export const ssm: Service = {
  signingName: 'ssm',
  protocol: 'json',
  load: () => import('@aws-sdk/client-ssm'),
  operations,
  start: endLostCommands,
  needs: ssmNeeds,
};
