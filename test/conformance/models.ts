import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { virtualEnvironment } from './emulators.ts';
import type { Model } from './models/shape.ts';
import { checkAnswer, checkRequest, type Exchange } from './models/check.ts';

/** Directories of botocore's data by signing name. */
const directories: Record<string, string> = {
  acm: 'acm',
  autoscaling: 'autoscaling',
  ec2: 'ec2',
  ecr: 'ecr',
  elasticloadbalancing: 'elbv2',
  iam: 'iam',
  logs: 'logs',
  secretsmanager: 'secretsmanager',
  ssm: 'ssm',
  sts: 'sts',
};

/** The service models of botocore, the third voice beside sandbox and emulators. */
export interface Models {
  /** What is wrong with a request, as `EC2.RunInstances request ImageId: …`; empty when it is as the model says. */
  request(exchange: Exchange): string[];
  /** What is wrong with an answer. */
  answer(exchange: Exchange): string[];
  /** Which operation a request is for. */
  operationOf(exchange: Pick<Exchange, 'headers' | 'body'>): string;
}

/** Reads the models from the botocore that is installed in the virtual environment. */
export async function loadModels(): Promise<Models> {
  const directory = await virtualEnvironment();
  const data = path.join(directory, 'lib/python3.11/site-packages/botocore/data');
  const loaded = await Promise.all(
    Object.entries(directories).map(async ([signingName, name]) => [signingName, await readModel(data, name)] as const),
  );
  const models = new Map<string, Model>(loaded);
  const modelOf = (exchange: Pick<Exchange, 'headers'>): Model => {
    const signingName = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(exchange.headers['authorization'] ?? '')?.[1];
    const model = models.get(signingName ?? '');
    if (!model) throw new Error(`no model of the service ${signingName}`);
    return model;
  };
  return {
    request: (exchange) => checkRequest(modelOf(exchange), exchange),
    answer: (exchange) => checkAnswer(modelOf(exchange), exchange),
    operationOf: ({ headers, body }) =>
      headers['x-amz-target']?.split('.').at(-1) ?? new URLSearchParams(body).get('Action') ?? '',
  };
}

async function readModel(data: string, name: string): Promise<Model> {
  const versions = (await readdir(path.join(data, name))).toSorted();
  const file = path.join(data, name, versions.at(-1) ?? '', 'service-2.json.gz');
  return JSON.parse(gunzipSync(await readFile(file)).toString('utf8')) as Model;
}
