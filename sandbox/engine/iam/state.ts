import type { JsonWebKey } from 'node:crypto';

/** Who can have permissions: what users and roles have in common. Documents are JSON text as they were sent. */
export interface IamIdentity {
  name: string;
  arn: string;
  /** `AROA…` or `AIDA…`. */
  id: string;
  path: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  tags: Record<string, string>;
  /** Name -> document. */
  inlinePolicies: Record<string, string>;
  /** ARNs of managed policies. */
  attachedPolicies: string[];
  /** ARN of the managed policy that nothing it does may go beyond. */
  boundary?: string;
}

/** One role with its policies. */
export interface IamRole extends IamIdentity {
  description?: string;
  trustPolicy: string;
  maxSessionSeconds: number;
}

/** A managed policy of the account's own. */
export interface IamPolicy {
  name: string;
  arn: string;
  /** `ANPA…`. */
  id: string;
  path: string;
  description?: string;
  document: string;
  createdAt: number;
  tags: Record<string, string>;
}

/** A long-lived key of a user. */
export interface IamAccessKey {
  userName: string;
  /** Not there in states of older sandboxes. */
  secret?: string;
  isActive: boolean;
  createdAt: number;
}

/** Somebody whose signed word the account takes for who calls: GitHub, for its release jobs. */
export interface IamOidcProvider {
  arn: string;
  /** Without the scheme: `token.actions.githubusercontent.com`. */
  url: string;
  clientIds: string[];
  thumbprints: string[];
  createdAt: number;
  tags: Record<string, string>;
}

/** An instance profile: the envelope in which EC2 is given a role. */
export interface IamInstanceProfile {
  name: string;
  arn: string;
  /** `AIPA…`. */
  id: string;
  path: string;
  createdAt: number;
  /** Names of its roles: none or one. */
  roles: string[];
  tags: Record<string, string>;
}

/** Temporary credentials that the sandbox handed out for a role. */
export interface IamSession {
  roleName: string;
  sessionName: string;
  /** Not there in states of older sandboxes; no more is the token. */
  secret?: string;
  /** Every request must bear it. */
  token?: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** What the sandbox remembers of IAM. Plain JSON. */
export interface IamState {
  /** By name. */
  roles: Record<string, IamRole>;
  /** By name. */
  users: Record<string, IamIdentity>;
  /** By ARN. */
  policies: Record<string, IamPolicy>;
  /** By access key id; a deleted key stays, switched off, so that it is never taken for the account's own. */
  accessKeys: Record<string, IamAccessKey>;
  /** By ARN. */
  oidcProviders: Record<string, IamOidcProvider>;
  /** Keys with which issuers of tokens sign, by the provider's URL: what a JWKS endpoint answers. */
  issuers: Record<string, (JsonWebKey & { kid?: string })[]>;
  /** By name. */
  instanceProfiles: Record<string, IamInstanceProfile>;
  /** By access key id. */
  sessions: Record<string, IamSession>;
}

export const emptyIam = (): IamState => ({
  roles: {},
  users: {},
  policies: {},
  accessKeys: {},
  oidcProviders: {},
  issuers: {},
  instanceProfiles: {},
  sessions: {},
});

/** Who acts: the account itself, which may do everything, or a user or role with what its policies say. */
export type Principal = { kind: 'account' } | { kind: 'user'; name: string } | { kind: 'role'; name: string };
