import { z } from 'zod';

// The blocks of redeploy.json: each may stand at the top and, key by key, in an environment.

const seconds = (min: number, max: number) => z.int().min(min).max(max);

const build = z
  .strictObject({
    executable: z.string().min(1).default('meteor').describe('Command that builds the app: `meteor`, or a path to it'),
    serverOnly: z.boolean().default(true).describe('Leave mobile clients out of the build (`--server-only`)'),
    debug: z.boolean().default(false).describe('Build without minification (`--debug`)'),
    server: z.url().optional().describe('Server URL for mobile clients (`--server`)'),
    mobileSettings: z
      .string()
      .optional()
      .describe('Settings file for mobile clients, relative to the app (`--mobile-settings`)'),
    allowIncompatibleUpdate: z.boolean().default(false).describe('Allow upgrades across incompatible package versions'),
    allowSuperuser: z
      .boolean()
      .default(false)
      .describe('Let `meteor` run as root (`--allow-superuser`), as some CI machines do'),
  })
  .describe('How `meteor build` is called');

const image = z
  .strictObject({
    base: z
      .string()
      .default('node:{nodeVersion}-bookworm-slim')
      .describe('Base image of the app image; {nodeVersion} is the Node version that the Meteor release names'),
    buildBase: z
      .string()
      .default('node:{nodeVersion}-bookworm')
      .describe('Image in which npm dependencies are installed: needs python3, make and g++ for native modules'),
    buildInstructions: z
      .array(z.string())
      .default([])
      .describe('Dockerfile lines run before the app is added (mup: docker.buildInstructions)'),
    npmrc: z.string().optional().describe('.npmrc file for npm install, relative to the app; never reaches a layer'),
    caBundle: z
      .string()
      .optional()
      .describe(
        'PEM file with certificate authorities for npm install behind a company proxy; never reaches a layer. NODE_EXTRA_CA_CERTS is used when unset',
      ),
  })
  .describe('How the Docker image is built');

const instance = z
  .strictObject({
    type: z
      .string()
      .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'an EC2 instance type looks like t3.small')
      .default('t3.small')
      .describe('EC2 instance type of the fleet; it decides the architecture'),
    rootVolumeGiB: z.int().min(8).max(16384).default(12).describe('Size of the encrypted gp3 root volume'),
    port: z.int().min(1).max(65535).default(3000).describe('Port on which the app listens on its machine'),
  })
  .describe('The machines of the fleet');

const bake = z
  .strictObject({
    baseAmi: z
      .string()
      .regex(/^(ami-[0-9a-f]+|\/.+)$/, 'an AMI id (ami-…) or the path of an SSM parameter (/aws/service/…)')
      .optional()
      .describe('AMI to bake on, or an SSM parameter that names it; unset: the newest Amazon Linux 2023'),
    instanceType: z.string().optional().describe('Instance type of the builder; unset: that of the fleet'),
    timeoutSeconds: seconds(60, 7200).default(1800).describe('How long a bake may take'),
  })
  .describe('How the AMI is baked');

const fleet = z
  .strictObject({
    min: z.int().min(0).max(500).default(2).describe('Fewest machines'),
    desired: z
      .int()
      .min(0)
      .max(500)
      .optional()
      .describe('Machines at the first deploy; afterwards the group decides. Unset: min'),
    max: z
      .int()
      .min(1)
      .max(1000)
      .default(4)
      .describe('Most machines (during a roll, the group may exceed it for a while)'),
    targetCpuPercent: z.int().min(10).max(95).default(60).describe('Average CPU that scaling aims at'),
  })
  .describe('Size of the fleet');

const health = z
  .strictObject({
    path: z
      .string()
      .startsWith('/')
      .default('/.well-known/redeploy/health')
      .describe('Path that the load balancer asks; answered by the runtime, not by your app'),
    startSeconds: seconds(10, 3600)
      .default(135)
      .describe(
        'How long a new machine may take, from its launch, until it is healthy; after that the release is taken back',
      ),
    errorSeconds: seconds(10, 3600)
      .default(60)
      .describe(
        'How long a new machine may answer the health check with errors (503, still starting, is none) until the release is taken back',
      ),
    restarts: z
      .int()
      .min(1)
      .max(1000)
      .default(4)
      .describe('How often the app may end on a new machine and be started again until the release is taken back'),
  })
  .describe('When a machine counts as healthy');

const balancer = z
  .strictObject({
    httpPort: z.int().min(1).max(65535).default(80).describe('Port for HTTP; with a certificate it redirects to HTTPS'),
    httpsPort: z.int().min(1).max(65535).default(443).describe('Port for HTTPS, used when a certificate is given'),
    certificate: z.string().startsWith('arn:').optional().describe('ARN of the ACM certificate'),
    deregistrationDelaySeconds: seconds(0, 3600)
      .default(60)
      .describe('How long a machine taken out may finish its requests and hand over its DDP connections'),
    idleTimeoutSeconds: seconds(1, 4000)
      .default(60)
      .describe('Idle time after which the balancer closes a connection; DDP pings every 15 s'),
  })
  .describe('The public load balancer');

const network = z
  .strictObject({
    vpc: z.string().startsWith('vpc-').optional().describe('VPC; unset: the default VPC of the region'),
    subnets: z
      .array(z.string().startsWith('subnet-'))
      .min(1)
      .optional()
      .describe('Subnets in at least two zones; unset: the default subnets'),
  })
  .describe('Where machines and balancer live');

const rollout = z
  .strictObject({
    timeoutSeconds: seconds(60, 86400)
      .default(3600)
      .describe('How long a roll may take in all, pauses at checkpoints and the bake not counted'),
    batch: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('How many machines are replaced at a time; unset: all of a fleet of up to 6, else a quarter'),
    checkpoints: z
      .array(z.int().min(1).max(100))
      .max(20)
      .refine((all) => all.every((one, at) => at === 0 || one > (all[at - 1] ?? 0)), 'name them in ascending order')
      .default([])
      .describe('Canary: the roll pauses when so many percent of the machines are new, as in [10, 50]'),
    checkpointDelaySeconds: seconds(0, 172_800).default(300).describe('How long it pauses at each checkpoint'),
    bakeSeconds: seconds(0, 172_800)
      .default(0)
      .describe('How long a finished roll is watched, and taken back if alarms ring, before it counts'),
    alarms: z
      .array(z.string().min(1).max(255))
      .max(10)
      .default([])
      .describe('CloudWatch alarms, by name; when one rings during the roll, the release is taken back'),
  })
  .describe('How the fleet moves to a new release');

const logs = z
  .strictObject({
    retentionDays: z
      .literal([
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
      ])
      .default(30)
      .describe('How long CloudWatch keeps the logs'),
  })
  .describe('Logs of the app');

/** Blocks that an environment can override key by key. */
export const blocks = { build, image, instance, bake, fleet, health, balancer, network, rollout, logs };
