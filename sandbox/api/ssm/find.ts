import { stockImageId } from '../../engine/ec2/stock.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Parameter } from '../../engine/ssm/state.ts';
import { AwsError } from '../error.ts';

/** Where AWS publishes the ids of Amazon Linux images (EC2 user guide, "Reference the latest AMIs using SSM"). */
const amazonLinux = '/aws/service/ami-amazon-linux-latest';

/** When the stock images appeared; a fixed moment in the past. */
const publishedAt = Date.UTC(2025, 0, 15);

/** AWS's own parameters: the newest Amazon Linux 2023, under the names with and without the kernel's version. */
function publicParameters(engine: Engine): Parameter[] {
  const architectures = ['x86_64', 'arm64'] as const;
  return architectures.flatMap((architecture) =>
    ['default', '6.1'].map((kernel): Parameter => {
      const name = `${amazonLinux}/al2023-ami-kernel-${kernel}-${architecture}`;
      const arn = `arn:aws:ssm:${engine.state.region}::parameter${name}`;
      const versions = [{ version: 1, value: stockImageId(architecture), modifiedAt: publishedAt }];
      return { name, arn, type: 'String', tags: {}, versions };
    }),
  );
}

/** Own and public parameters. */
export const allParameters = (engine: Engine): Parameter[] => [
  ...Object.values(engine.state.ssm.parameters),
  ...publicParameters(engine),
];

/** A parameter at one of its versions. */
export interface Found {
  parameter: Parameter;
  version: Parameter['versions'][number];
  selector?: string;
}

/** Finds `name`, `name:version` or an ARN; undefined when there is none. */
export function lookUp(engine: Engine, wanted: string): Found | undefined {
  const arnless = wanted.replace(/^arn:aws:ssm:[^:]*:[^:]*:parameter/, '');
  const [, name = '', number] = /^(.*?)(?::(\d+))?$/.exec(arnless) ?? [];
  const parameter = allParameters(engine).find((one) => one.name === name || `/${one.name}` === name);
  const version =
    number === undefined
      ? parameter?.versions.at(-1)
      : parameter?.versions.find((one) => one.version === Number(number));
  if (!parameter || !version) return undefined;
  return number === undefined ? { parameter, version } : { parameter, version, selector: `:${number}` };
}

/** As `lookUp`; throws ParameterNotFound. */
export function findParameter(engine: Engine, name: string): Found {
  const found = lookUp(engine, name);
  // AWS says no more than the name of the error.
  if (!found) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
  return found;
}
