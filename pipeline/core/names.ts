import type { Target } from './target.ts';

/** Tag keys that mark what is ours. */
export const tagKeys = {
  app: 'redeploy:app',
  environment: 'redeploy:environment',
  role: 'redeploy:role',
  release: 'redeploy:release',
  revision: 'redeploy:revision',
  image: 'redeploy:image',
  settings: 'redeploy:settings',
  fallbackTypes: 'redeploy:fallback-types',
  bakeKey: 'redeploy:bake-key',
  imageKey: 'redeploy:image-key',
  bake: 'redeploy:bake',
  bakeError: 'redeploy:bake-error',
  drain: 'redeploy:drain',
  until: 'redeploy:until',
} as const;

type Named = Pick<Target, 'app' | 'environment' | 'region'>;

/** `shop-production`: the stem of every name. At most 32 characters, the limit for balancers and target groups. */
export const stemOf = (target: Pick<Target, 'app' | 'environment'>): string => `${target.app}-${target.environment}`;

/** All names of an environment. Deterministic, so that the next run finds what an earlier one made. */
export function namesOf(target: Named) {
  const stem = stemOf(target);
  return {
    stem,
    group: stem,
    /** Group of the machines that a release keeps in reserve. */
    spareGroup: (release: string) => `${stem}-spare-${release}`,
    launchTemplate: stem,
    balancer: stem,
    targetGroup: stem,
    repository: `redeploy/${target.app}`,
    secret: `redeploy/${target.app}/${target.environment}`,
    logGroup: `/redeploy/${target.app}/${target.environment}`,
    // SSM parameters below it: the evidence of each step of the retirement.
    retirement: `/redeploy/${target.app}/${target.environment}/retire`,
    oldBalancerSecret: `redeploy/${target.app}/${target.environment}/old-balancer`,
    balancerSecurityGroup: `${stem}-balancer`,
    appSecurityGroup: `${stem}-app`,
    builderSecurityGroup: `${stem}-builder`,
    // IAM is one namespace for all regions.
    appRole: `redeploy-${stem}-${target.region}-app`,
    builderRole: `redeploy-${stem}-${target.region}-builder`,
  };
}

/** Tags of anything that belongs to this environment, as EC2, ELB and Auto Scaling take them. */
export function tagsOf(
  target: Named & Pick<Target, 'tags'>,
  role: string,
  more: Record<string, string> = {},
): { Key: string; Value: string }[] {
  const all = {
    ...target.tags,
    [tagKeys.app]: target.app,
    [tagKeys.environment]: target.environment,
    [tagKeys.role]: role,
    ...more,
  };
  return Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
}

/** EC2 filters that find what `tagsOf` marked. */
export function filtersOf(target: Named, role: string): { Name: string; Values: string[] }[] {
  return [
    { Name: `tag:${tagKeys.app}`, Values: [target.app] },
    { Name: `tag:${tagKeys.environment}`, Values: [target.environment] },
    { Name: `tag:${tagKeys.role}`, Values: [role] },
  ];
}

/** Tags of an AWS answer as a plain record. */
export const tagRecord = (
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, string> => Object.fromEntries((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
