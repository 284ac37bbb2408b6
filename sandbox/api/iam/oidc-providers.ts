import type * as client from '@aws-sdk/client-iam';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { readTags } from './find.ts';

type Create = HandlerFor<typeof client, 'CreateOpenIDConnectProvider'>;

/** API_CreateOpenIDConnectProvider.html; nobody is asked at that address. */
export const createOidcProvider: Create = ({ Url, ClientIDList = [], ThumbprintList = [], Tags }, { engine }) => {
  const { account, iam } = engine.state;
  if (!Url.startsWith('https://')) throw new AwsError('ValidationError', 'Invalid Open ID Connect Provider URL');
  const url = Url.slice('https://'.length);
  const arn = `arn:aws:iam::${account}:oidc-provider/${url}`;
  if (Object.hasOwn(iam.oidcProviders, arn)) {
    throw new AwsError('EntityAlreadyExists', `Provider with url ${Url} already exists.`, { status: 409 });
  }
  const tags = readTags(Tags);
  const createdAt = engine.clock.now();
  iam.oidcProviders[arn] = { arn, url, clientIds: ClientIDList, thumbprints: ThumbprintList, createdAt, tags };
  return { OpenIDConnectProviderArn: arn };
};
