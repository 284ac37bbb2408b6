import { temporaryKeyPrefix } from '../../engine/iam/credentials.ts';
import type { Engine } from '../../engine/engine.ts';
import type { IamAccessKey, IamSession } from '../../engine/iam/state.ts';
import { AwsError } from '../error.ts';
import type { Caller, Protocol } from '../service.ts';
import type { Scope, Signed } from './signed.ts';

/** Services with one endpoint for all regions; their clients sign for us-east-1 wherever they are. */
const globalServices = new Set(['iam', 'sts', 'route53', 'pricing']);

/** Refuses a request that was signed for another region, in the words of AWS and with the sandbox's own region. */
export function checkRegion(engine: Engine, scope: Scope, protocol: Protocol): void {
  const { region } = engine.state;
  if (scope.region === region || (globalServices.has(scope.signingName) && scope.region === 'us-east-1')) return;
  throw new AwsError(
    protocol === 'json' ? 'InvalidSignatureException' : 'SignatureDoesNotMatch',
    `Credential should be scoped to a valid region, not '${scope.region}': this sandbox is ${region}`,
    { status: 403 },
  );
}

/** The codes differ by protocol family (EC2, query and JSON "Common errors" pages). */
const expiredCodes: Record<Protocol, string> = {
  ec2: 'RequestExpired',
  query: 'ExpiredToken',
  json: 'ExpiredTokenException',
  'rest-xml': 'ExpiredToken',
};

const unknownCodes: Record<Protocol, string> = {
  ec2: 'AuthFailure',
  query: 'InvalidClientTokenId',
  json: 'UnrecognizedClientException',
  'rest-xml': 'InvalidClientTokenId',
};

/** Who holds this access key: a role session or a user that the sandbox issued it to, or else the account itself. */
export function identify(engine: Engine, { accessKeyId, token }: Partial<Signed> & Scope, protocol: Protocol): Caller {
  const { account, iam } = engine.state;
  const key = Object.hasOwn(iam.accessKeys, accessKeyId) ? iam.accessKeys[accessKeyId] : undefined;
  // A key for good comes without a token.
  if (key && token !== undefined) throw invalidToken(protocol);
  if (key) return holderOf(engine, accessKeyId, key, protocol);
  const session = Object.hasOwn(iam.sessions, accessKeyId) ? iam.sessions[accessKeyId] : undefined;
  if (accessKeyId.startsWith(temporaryKeyPrefix) && session) {
    checkSession(engine, session, token, protocol);
    return roleOf(engine, accessKeyId, session);
  }
  const arn = `arn:aws:iam::${account}:user/sandbox`;
  return { accessKeyId, arn, userId: 'AIDASANDBOXUSER000000', principal: { kind: 'account' } };
}

function checkSession(engine: Engine, session: IamSession, token: string | undefined, protocol: Protocol): void {
  if (session.expiresAt <= engine.clock.now()) {
    const message = 'The security token included in the request is expired';
    throw new AwsError(expiredCodes[protocol], message, { status: protocol === 'query' ? 403 : 400 });
  }
  if (session.token !== undefined && session.token !== token) throw invalidToken(protocol);
}

function roleOf({ state }: Engine, accessKeyId: string, { roleName, sessionName }: IamSession): Caller {
  const roleId = state.iam.roles[roleName]?.id ?? 'AROAGONE';
  const arn = `arn:aws:sts::${state.account}:assumed-role/${roleName}/${sessionName}`;
  return { accessKeyId, arn, userId: `${roleId}:${sessionName}`, principal: { kind: 'role', name: roleName } };
}

function holderOf(engine: Engine, accessKeyId: string, key: IamAccessKey, protocol: Protocol): Caller {
  const user = engine.state.iam.users[key.userName];
  if (user && key.isActive) {
    return { accessKeyId, arn: user.arn, userId: user.id, principal: { kind: 'user', name: user.name } };
  }
  throw invalidToken(protocol);
}

const invalidToken = (protocol: Protocol): AwsError =>
  new AwsError(unknownCodes[protocol], 'The security token included in the request is invalid.', { status: 403 });
