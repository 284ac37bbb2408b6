import { readFileSync } from 'node:fs';
import path from 'node:path';
import { checkAnswer, checkRequest, type Exchange } from './models/check.ts';
import type { Model } from './models/shape.ts';

/** The service models of botocore, the third voice beside sandbox and emulators. */
export interface Models {
  /** What is wrong with a request, as `EC2.RunInstances request ImageId: …`; empty when it is as the model says. */
  request(exchange: Exchange): string[];
  /** What is wrong with an answer. */
  answer(exchange: Exchange): string[];
}

/** The models that `setup` (models/environment.ts) compiled into a directory; each is read when it is first needed. */
export function openModels(directory: string): Models {
  const models = new Map<string, Model>();
  const modelOf = ({ headers }: Exchange): Model => {
    const signingName = signingNameOf(headers) ?? '';
    const model = models.get(signingName) ?? readModel(directory, signingName);
    models.set(signingName, model);
    return model;
  };
  return {
    request: (exchange) => checkRequest(modelOf(exchange), exchange),
    answer: (exchange) => checkAnswer(modelOf(exchange), exchange),
  };
}

/** Name of the service that a request was signed for; undefined without a signature. */
export const signingNameOf = (headers: Record<string, string>): string | undefined =>
  /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers['authorization'] ?? '')?.[1];

/** Of several protocols botocore prefers another than the SDK here, which speaks JSON. */
function readModel(directory: string, signingName: string): Model {
  const file = path.join(directory, `${path.basename(signingName)}.json`);
  const model = JSON.parse(readFileSync(file, 'utf8')) as Model & { metadata: { protocols?: string[] } };
  if (model.metadata.protocols?.includes('json')) model.metadata.protocol = 'json';
  return model;
}
