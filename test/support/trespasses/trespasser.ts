import type { Aws } from '../../../pipeline/core/context.ts';
import type { Principal } from '../../../sandbox/engine/iam/state.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';

/** What `bank`, the other app, has: names and ids. */
export interface Others {
  group: string;
  spareGroup: string;
  template: string;
  machine: string;
  /** The balancer that it retires, which bears no tag of redeploy's. */
  oldMachine: string;
  /** That of the trespasser. */
  ownOldMachine: string;
  address: string;
  builder: string;
  image: string;
  snapshot: string;
  securityGroup: string;
  balancer: string;
  listener: string;
  targetGroup: string;
  subnets: string[];
  role: string;
  profile: string;
  secret: string;
  certificate: string;
  zone: string;
}

/** Whoever deploys `shop`, and what he reaches for. */
export interface Trespasser {
  aws: Aws;
  sandbox: Sandbox;
  /** As whom Docker logs in. */
  principal: Principal;
  others: Others;
}

/** Calls that should all be refused. */
export type Attempts = (trespasser: Trespasser) => Promise<unknown>[];

const tag = (app: string) => [
  { Key: 'redeploy:app', Value: app },
  { Key: 'redeploy:environment', Value: 'production' },
];
/** Tags of the trespasser's own: what he makes, he makes with these. */
export const mine = tag('shop');
/** Those of the other app. */
export const theirs = tag('bank');
