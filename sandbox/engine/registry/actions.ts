import { findRefused } from '../../api/authorize.ts';
import { need } from '../../api/authorize/need.ts';
import { repositoryResource } from '../../api/ecr/needs.ts';
import type { Engine } from '../engine.ts';
import type { Principal } from '../iam/state.ts';
import { refusal } from './exchange.ts';

/** What Docker's requests are in IAM's words (ECR user guide, "IAM permissions for pushing an image" and "Pulling"). */
const actions: Record<string, string> = {
  'POST blobs/uploads': 'InitiateLayerUpload',
  'GET blobs/uploads': 'UploadLayerPart',
  'PATCH blobs/uploads': 'UploadLayerPart',
  'PUT blobs/uploads': 'CompleteLayerUpload',
  'HEAD blobs': 'BatchCheckLayerAvailability',
  'GET blobs': 'GetDownloadUrlForLayer',
  'HEAD manifests': 'BatchGetImage',
  'GET manifests': 'BatchGetImage',
  'PUT manifests': 'PutImage',
  'GET tags': 'ListImages',
};

/** One request of the distribution protocol. */
interface RegistryRequest {
  method: string;
  what: string;
  /** Of the repository. */
  name: string;
}

/** Throws DENIED (403) unless whoever logged in may do this to the repository. */
export function checkRegistryAction(
  engine: Engine,
  principal: Principal,
  { method, what, name }: RegistryRequest,
): void {
  const operation = actions[`${method} ${what}`];
  if (operation === undefined) return;
  const refused = findRefused(engine, principal, [need(`ecr:${operation}`, repositoryResource(engine, name))]);
  if (!refused) return;
  const who = principal.kind === 'account' ? 'account' : `${principal.kind}/${principal.name}`;
  const sentence = `User: ${who} is not authorized to perform: ${refused.action} on resource: ${refused.resource}`;
  throw refusal(403, 'DENIED', `${sentence} because no identity-based policy allows the ${refused.action} action`);
}
