import { namesOf } from './names.ts';
import { boundaryNameOf } from './policy.ts';
import type { Target } from './target.ts';

/** Everything in AWS that belongs to one environment alone; what is not there is undefined or empty. */
export interface Belongings {
  account: string;
  groups: string[];
  machines: string[];
  builders: string[];
  balancer: string | undefined;
  targetGroup: string | undefined;
  launchTemplate: string | undefined;
  images: { id: string; snapshots: string[] }[];
  /** In the order in which they let go of each other. */
  securityGroups: string[];
  roles: RoleBelonging[];
  secret: string | undefined;
  logGroup: string | undefined;
}

/** A role and the instance profile of its name, as far as they are there. */
export interface RoleBelonging {
  name: string;
  isThere: boolean;
  hasPolicy: boolean;
  hasProfile: boolean;
  isInProfile: boolean;
}

/** The commands of the AWS command line that remove them, in an order that AWS accepts. Names of ours need no quotes. */
export function removalCommands(found: Belongings): string[] {
  const machines = [...found.machines, ...found.builders];
  return [
    ...found.groups.map(
      (name) => `aws autoscaling delete-auto-scaling-group --auto-scaling-group-name ${name} --force-delete`,
    ),
    ...(found.builders.length > 0 ? [`aws ec2 terminate-instances --instance-ids ${found.builders.join(' ')}`] : []),
    ...one(found.balancer, (arn) => [
      `aws elbv2 delete-load-balancer --load-balancer-arn ${arn}`,
      `aws elbv2 wait load-balancers-deleted --load-balancer-arns ${arn}`,
    ]),
    ...one(found.targetGroup, (arn) => [`again aws elbv2 delete-target-group --target-group-arn ${arn}`]),
    ...(machines.length > 0 ? [`aws ec2 wait instance-terminated --instance-ids ${machines.join(' ')}`] : []),
    ...one(found.launchTemplate, (name) => [`aws ec2 delete-launch-template --launch-template-name ${name}`]),
    ...found.images.flatMap(({ id, snapshots }) => [
      `aws ec2 deregister-image --image-id ${id}`,
      ...snapshots.map((snapshot) => `aws ec2 delete-snapshot --snapshot-id ${snapshot}`),
    ]),
    ...found.securityGroups.map((id) => `again aws ec2 delete-security-group --group-id ${id}`),
    ...found.roles.flatMap(roleCommands),
    ...one(found.logGroup, (name) => [`aws logs delete-log-group --log-group-name ${name}`]),
    ...one(found.secret, (arn) => [
      `aws secretsmanager delete-secret --secret-id ${arn} --force-delete-without-recovery`,
    ]),
  ];
}

function roleCommands({ name, isThere, hasPolicy, hasProfile, isInProfile }: RoleBelonging): string[] {
  return [
    ...(isInProfile
      ? [`aws iam remove-role-from-instance-profile --instance-profile-name ${name} --role-name ${name}`]
      : []),
    ...(hasProfile ? [`aws iam delete-instance-profile --instance-profile-name ${name}`] : []),
    ...(hasPolicy ? [`aws iam delete-role-policy --role-name ${name} --policy-name redeploy`] : []),
    ...(isThere ? [`aws iam delete-role --role-name ${name}`] : []),
  ];
}

const one = (value: string | undefined, lines: (value: string) => string[]): string[] =>
  value === undefined ? [] : lines(value);

/** A script for `sh` around them: in the right account alone, and again where AWS lets go of things late. */
export function removalScript(target: Target, found: Belongings, commands: readonly string[]): string[] {
  const { app, environment, region } = target;
  const stays = staysOf(target).map((line) => `# ${line}`);
  if (commands.length === 0) return [`# ${app} ${environment} in ${region}: there is nothing to remove.`, ...stays];
  return [
    '#!/bin/sh',
    `# Removes ${app} ${environment} in ${region}, for ever: machines, releases, settings and logs.`,
    '# Read it, then run it as somebody who may delete these things; whoever deploys may not. It needs the AWS command line.',
    '# Stopped in the middle: have it printed again, it then names what is left.',
    'set -eu',
    `export AWS_DEFAULT_REGION=${region} AWS_REGION=${region} AWS_PAGER=`,
    `[ "$(aws sts get-caller-identity --query Account --output text)" = ${found.account} ] || { echo "not account ${found.account}" >&2; exit 1; }`,
    'again() { for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "$@" && return; sleep 15; done; return 1; }',
    '',
    ...commands,
    '',
    ...stays,
  ];
}

/** What is not this environment's alone, or was not made by a deploy. */
function staysOf(target: Target): string[] {
  const { balancer, app } = target;
  return [
    'What stays:',
    ...(balancer.domain === undefined
      ? []
      : [
          `  records of ${[balancer.domain, ...balancer.otherDomains].join(', ')} in your DNS, and certificates in ACM`,
        ]),
    `  images of all environments; with the last one: aws ecr delete-repository --repository-name ${namesOf(target).repository} --force`,
    `  what \`redeploy iam\` had you make: the policy ${boundaryNameOf({ app })}, deployers' policies, roles of the release job`,
    '  service-linked roles of the account, and notes of `redeploy retire` in Systems Manager; neither costs anything',
  ];
}
