import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Directories of botocore's data by signing name: the services that the sandbox has. */
export const directories: Record<string, string> = {
  acm: 'acm',
  autoscaling: 'autoscaling',
  ec2: 'ec2',
  ecr: 'ecr',
  elasticloadbalancing: 'elbv2',
  iam: 'iam',
  logs: 'logs',
  monitoring: 'cloudwatch',
  route53: 'route53',
  pricing: 'pricing',
  secretsmanager: 'secretsmanager',
  servicequotas: 'service-quotas',
  sns: 'sns',
  ssm: 'ssm',
  sts: 'sts',
};

/** Writes each service's model without its prose (EC2's alone has ten megabytes) as `<signing name>.json`, where it is not yet. */
export async function compileModels(data: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [signingName, name] of Object.entries(directories)) {
    const file = path.join(directory, `${signingName}.json`);
    if (existsSync(file)) continue;
    const versions = (await readdir(path.join(data, name))).toSorted();
    const source = path.join(data, name, versions.at(-1) ?? '', 'service-2.json.gz');
    const text = gunzipSync(await readFile(source)).toString('utf8');
    // What a run that was cut off has half written is not taken for whole.
    await writeFile(`${file}.part`, JSON.stringify(JSON.parse(text, withoutProse)));
    await rename(`${file}.part`, file);
  }
}

/** `documentation` of operations, shapes and members is text; a member of that name is an object. */
const withoutProse = (key: string, value: unknown): unknown =>
  (key === 'documentation' || key === 'documentationUrl') && typeof value === 'string' ? undefined : value;
