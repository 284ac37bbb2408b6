import { z } from 'zod';

// The machines of the fleet, and how many there are.

const type = z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'an EC2 instance type looks like t3.small');

export const instance = z
  .strictObject({
    type: type.default('t3.small').describe('EC2 instance type of the fleet; it decides the architecture'),
    fallbackTypes: z
      .array(type)
      .max(10)
      .default([])
      .describe(
        'Types that machines are launched as when AWS has no room for `type`, the preferred first; all of one architecture. The builder and the cost are of `type`',
      ),
    rootVolumeGiB: z.int().min(8).max(16384).default(12).describe('Size of the encrypted root volume'),
    rootVolumeType: z.enum(['gp3', 'gp2', 'io2', 'io1']).default('gp3').describe('Type of the root volume'),
    rootVolumeIops: z
      .int()
      .min(100)
      .max(256_000)
      .optional()
      .describe('I/O operations a second of the root volume: for gp3 (unset: 3000), needed for io1 and io2'),
    rootVolumeThroughputMiBps: z
      .int()
      .min(125)
      .max(2000)
      .optional()
      .describe('Throughput of a gp3 root volume; unset: 125'),
    rootVolumeKmsKey: z
      .string()
      .regex(/^(arn:[\w-]+:kms:.+|alias\/.+|[0-9a-f-]{36}|mrk-[0-9a-f]{32})$/, 'the ARN, id or alias/… of a KMS key')
      .optional()
      .describe(
        "KMS key of the root volume; its policy must let Auto Scaling's service-linked role use it. Unset: the key of the account for EBS",
      ),
    port: z.int().min(1).max(65535).default(3000).describe('Port on which the app listens on its machine'),
  })
  .describe('The machines of the fleet');

const size = z.int().min(0).max(1000);

const schedule = z
  .strictObject({
    recurrence: z
      .string()
      .describe(
        'When, as cron says it: minute, hour, day of the month, month, day of the week, as in "0 8 * * MON-FRI"',
      ),
    timeZone: z.string().default('Etc/UTC').describe('Time zone of recurrence, as in Europe/Berlin'),
    min: size.optional().describe('Fewest machines from then on'),
    max: size.optional().describe('Most machines from then on'),
    desired: size
      .optional()
      .describe('Machines at that moment; scaling may change it again. Unset: as many as min asks for'),
  })
  .describe('Sizes from a moment on, until another schedule changes them');

export const fleet = z
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
    targetRequestsPerMinute: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Requests a minute and machine that scaling aims at, besides the CPU; DDP messages are no requests'),
    schedules: z
      .record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'letters, digits and hyphens'), schedule)
      .default({})
      .describe('Other sizes at other hours, by a name of yours'),
  })
  .describe('Size of the fleet');
