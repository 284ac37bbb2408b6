import { existsSync } from 'node:fs';
import { isSecure } from '../address.ts';
import { architectureOf } from '../architecture.ts';
import { hasCode, runtimeHealthPath } from '../health.ts';
import { retireMistakes } from '../retire/rules.ts';
import type { Target } from '../target.ts';
import { holdsSecret } from './secrets.ts';
import { scheduleMistakes, toldIf } from './schedules.ts';

/** A rule that spans keys. It is asked only where each of its keys is right by itself. */
interface Rule {
  keys: readonly string[];
  /** What is wrong, with values and remedy; nothing when all is well. */
  check: (target: Target) => string | readonly string[] | undefined;
}

/** Room that templates/machine leaves in a builder's user data (16 KB: RunInstances). */
export const mostExtraBytes = 2000;

/** A machine bears up to a dozen of ours besides. */
const mostTags = 35;

const rules: readonly Rule[] = [
  { keys: ['retire'], check: ({ retire }) => retireMistakes(retire) },
  {
    keys: ['app'],
    // 32 characters is the limit for load balancer and target group names (ELBv2 API reference, CreateLoadBalancer).
    check: ({ app, environment }) =>
      app.length + environment.length > 31
        ? `app "${app}" and environment "${environment}" make a name of ${app.length + environment.length + 1} characters; AWS allows 32`
        : undefined,
  },
  {
    keys: ['app'],
    check: ({ app, environment }) =>
      `${app}-${environment}`.startsWith('internal-')
        ? `app "${app}": AWS keeps names that begin with internal- for itself`
        : undefined,
  },
  {
    keys: ['app'],
    check: ({ app, environment }) =>
      `${app}-${environment}`.startsWith('sg-')
        ? `app "${app}": AWS takes no security groups whose names begin with sg-`
        : undefined,
  },
  {
    keys: ['tags'],
    check: ({ tags }) =>
      Object.keys(tags).length > mostTags
        ? `${Object.keys(tags).length} tags: AWS takes 50 a resource, ${mostTags} beside those that redeploy sets itself`
        : undefined,
  },
  {
    keys: ['fleet.min', 'fleet.max'],
    check: ({ fleet }) =>
      fleet.min > fleet.max ? `fleet.min ${fleet.min} is larger than fleet.max ${fleet.max}` : undefined,
  },
  {
    keys: ['fleet.min', 'fleet.max', 'fleet.desired'],
    check: ({ fleet }) =>
      fleet.desired !== undefined && (fleet.desired < fleet.min || fleet.desired > fleet.max)
        ? `fleet.desired ${fleet.desired} is not between fleet.min ${fleet.min} and fleet.max ${fleet.max}`
        : undefined,
  },
  { keys: ['fleet.min', 'fleet.max', 'fleet.schedules'], check: ({ fleet }) => scheduleMistakes(fleet) },
  { keys: ['instance.type', 'instance.fallbackTypes'], check: ({ instance }) => typeMistakes(instance) },
  {
    keys: ['bake.instanceType', 'instance.type'],
    check: ({ bake, architecture }) =>
      bake.instanceType !== undefined && architectureOf(bake.instanceType) !== architecture
        ? `bake.instanceType "${bake.instanceType}" is ${architectureOf(bake.instanceType)}, instance.type is ${architecture}`
        : undefined,
  },
  {
    keys: ['bake.packages', 'bake.commands'],
    check: ({ bake }) => tooLong(JSON.stringify([bake.packages, bake.commands])),
  },
  {
    keys: ['bake.commands'],
    check: ({ bake }) =>
      bake.commands.flatMap((command, at) =>
        holdsSecret('', command)
          ? `bake.commands[${at}] seems to hold a secret, and user data is no place for one: have it fetched from Secrets Manager where it is needed`
          : [],
      ),
  },
  {
    keys: ['image.buildArguments'],
    check: ({ image }) =>
      Object.entries(image.buildArguments).flatMap(([name, value]) =>
        holdsSecret(name, value)
          ? `image.buildArguments.${name} seems to be a secret, and the history of the image would show it: put registry logins into image.npmrc`
          : [],
      ),
  },
  {
    keys: ['instance.rootVolumeType', 'instance.rootVolumeIops', 'instance.rootVolumeThroughputMiBps'],
    check: ({ instance }) => volumeMistakes(instance),
  },
  {
    keys: ['health.path', 'health.codes'],
    check: ({ health }) =>
      health.path === runtimeHealthPath && !hasCode(health.codes, 200)
        ? `health.codes ${health.codes} leaves out 200, which is all that the default health.path answers with: name a path of your app, or leave health.codes out`
        : undefined,
  },
  {
    keys: ['health.timeoutSeconds', 'health.intervalSeconds'],
    check: ({ health }) =>
      health.timeoutSeconds >= health.intervalSeconds
        ? `health.timeoutSeconds ${health.timeoutSeconds} is not shorter than health.intervalSeconds ${health.intervalSeconds}`
        : undefined,
  },
  {
    keys: ['balancer.domain', 'balancer.otherDomains'],
    check: ({ balancer: { domain, otherDomains } }) =>
      domain === undefined && otherDomains.length > 0
        ? `balancer.otherDomains ${otherDomains.join(', ')} without balancer.domain: name the one that ROOT_URL has`
        : undefined,
  },
  {
    keys: ['balancer.certificate', 'region'],
    check: ({ balancer: { certificate = '' }, region }) =>
      /^arn:[\w-]+:acm:/.test(certificate) && certificate.split(':')[3] !== region
        ? `balancer.certificate ${certificate} is not in region ${region}: a load balancer takes certificates of its own region`
        : undefined,
  },
  {
    keys: ['balancer.certificate', 'balancer.domain', 'balancer.httpPort', 'balancer.httpsPort'],
    check: ({ balancer }) =>
      isSecure(balancer) && balancer.httpPort === balancer.httpsPort
        ? `balancer.httpPort and balancer.httpsPort are both ${balancer.httpPort}: choose two ports`
        : undefined,
  },
  {
    keys: ['notifications.topic', 'region'],
    check: ({ notifications: { topic }, region }) =>
      topic !== undefined && topic.split(':')[3] !== region
        ? `notifications.topic ${topic} is not in region ${region}: a group tells topics of its own region alone`
        : undefined,
  },
  { keys: ['settings'], check: ({ settingsFile }) => missing('settings', settingsFile) },
  { keys: ['env'], check: ({ envFile }) => missing('env', envFile) },
];

/** Everything that is wrong across keys. Rules about a key in `wrong`, which is no good by itself, are not asked. */
export const mistakesAcross = (target: Target, wrong: ReadonlySet<string> = new Set()): string[] =>
  rules.filter(({ keys }) => !keys.some((key) => wrong.has(key))).flatMap(({ check }) => check(target) ?? []);

const missing = (key: string, file: string | undefined): string | undefined =>
  file !== undefined && !existsSync(file) ? `${key}: there is no file ${file}` : undefined;

const tooLong = (text: string): string | undefined =>
  Buffer.byteLength(text) > mostExtraBytes
    ? `bake.packages and bake.commands are ${Buffer.byteLength(text)} bytes, a builder takes ${mostExtraBytes}: have a command fetch a script from S3, or bake on an AMI of your own (bake.baseAmi)`
    : undefined;

/** A group takes a type once (API_LaunchTemplateOverrides.html); an AMI runs on one architecture. */
function typeMistakes({ type, fallbackTypes }: Target['instance']): string[] {
  const own = architectureOf(type);
  return fallbackTypes.flatMap((one, at) =>
    toldIf([
      [
        [type, ...fallbackTypes.slice(0, at)].includes(one),
        `instance.fallbackTypes names "${one}" twice, or as type does`,
      ],
      [
        architectureOf(one) !== own,
        `instance.fallbackTypes "${one}" is ${architectureOf(one)}, instance.type "${type}" is ${own}: one AMI runs on one of the two`,
      ],
    ]),
  );
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html */
function volumeMistakes(instance: Target['instance']): string[] {
  const { rootVolumeType: type, rootVolumeIops: iops, rootVolumeThroughputMiBps: throughput } = instance;
  const isProvisioned = type === 'io1' || type === 'io2';
  return toldIf([
    [isProvisioned && iops === undefined, `instance.rootVolumeType ${type} needs instance.rootVolumeIops`],
    [
      type === 'gp2' && iops !== undefined,
      `instance.rootVolumeIops ${iops} does not go with rootVolumeType gp2: choose gp3`,
    ],
    [
      type === 'gp3' && iops !== undefined && iops < 3000,
      `instance.rootVolumeIops ${iops} is less than the 3000 that gp3 has anyway: leave it out`,
    ],
    [
      type !== 'gp3' && throughput !== undefined,
      `instance.rootVolumeThroughputMiBps ${throughput} goes with rootVolumeType gp3 alone, not with ${type}`,
    ],
  ]);
}
