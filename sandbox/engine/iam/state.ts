/** One role with its policies. Documents are JSON text as they were sent; times are milliseconds since the epoch. */
export interface IamRole {
  name: string;
  arn: string;
  /** `AROA…`. */
  id: string;
  path: string;
  description?: string;
  trustPolicy: string;
  maxSessionSeconds: number;
  createdAt: number;
  tags: Record<string, string>;
  /** Name -> document. */
  inlinePolicies: Record<string, string>;
  /** ARNs of managed policies. */
  attachedPolicies: string[];
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

/** Temporary credentials that the sandbox handed out for a role; the secret itself is not kept. */
interface IamSession {
  roleName: string;
  sessionName: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** What the sandbox remembers of IAM. Plain JSON. */
export interface IamState {
  /** By name. */
  roles: Record<string, IamRole>;
  /** By name. */
  instanceProfiles: Record<string, IamInstanceProfile>;
  /** By access key id. */
  sessions: Record<string, IamSession>;
}

export const emptyIam = (): IamState => ({ roles: {}, instanceProfiles: {}, sessions: {} });
