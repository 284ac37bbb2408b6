import { z } from 'zod';
import { codesPattern, runtimeHealthPath } from '../health.ts';
import { bake, build, image } from './blocks/making.ts';
import { fleet, instance } from './blocks/machines.ts';
import { balancer, network } from './blocks/web.ts';
import { retire } from './blocks/retire.ts';

// The blocks of redeploy.json: each may stand at the top and, key by key, in an environment.

const seconds = (min: number, max: number) => z.int().min(min).max(max);

const codes = () => z.string().regex(codesPattern, 'status codes of 200 to 499, such as 200, 200,302 or 200-299');

const health = z
  .strictObject({
    path: z
      .string()
      .startsWith('/')
      .max(1024)
      .default(runtimeHealthPath)
      .describe(
        'Path that the load balancer asks. The default is answered by the runtime as soon as the app listens; any other by your app',
      ),
    codes: codes()
      .default('200')
      .describe('Status codes that count as healthy: one (200), several (200,302) or a range (200-299), of 200 to 499'),
    intervalSeconds: seconds(5, 300).default(5).describe('Time between two health checks of a machine'),
    timeoutSeconds: seconds(2, 120).default(4).describe('How long an answer may take; shorter than intervalSeconds'),
    healthyChecks: z.int().min(2).max(10).default(2).describe('Good checks in a row that make a machine healthy'),
    unhealthyChecks: z
      .int()
      .min(2)
      .max(10)
      .default(3)
      .describe('Bad checks in a row that make a machine unhealthy: its group replaces it'),
    verifyPath: z
      .string()
      .startsWith('/')
      .optional()
      .describe('Path of the app that must answer with verifyCodes after a roll, or the deploy fails; unset: none'),
    verifyCodes: codes().default('200').describe('Status codes that verifyPath may answer with, as in codes'),
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

const rollout = z
  .strictObject({
    timeoutSeconds: seconds(60, 86400)
      .default(4200)
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
    keepPreviousMinutes: z
      .int()
      .min(0)
      .max(1440)
      .default(0)
      .describe(
        'How long as many machines as serve run the previous release in reserve after a deploy, so that `redeploy rollback` takes seconds; they are billed like all others. 0: none',
      ),
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

const notifications = z
  .strictObject({
    topic: z
      .string()
      .regex(
        /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w.-]+$/,
        'an SNS topic looks like arn:aws:sns:eu-central-1:123456789012:name',
      )
      .optional()
      .describe(
        'ARN of the SNS topic that is told when a machine cannot be launched or ended; for e-mail, subscribe an address to it. Unset: nobody is told',
      ),
  })
  .describe('Who is told of trouble');

/** Blocks that an environment can override key by key. */
export const blocks = {
  build,
  image,
  instance,
  bake,
  fleet,
  health,
  balancer,
  network,
  rollout,
  logs,
  notifications,
  retire,
};
