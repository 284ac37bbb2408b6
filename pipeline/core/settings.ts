import { z } from 'zod';
import { secrets } from './references.ts';
import { blocks } from './settings/blocks.ts';
import { loose } from './settings/loose.ts';

/** Letters, digits and single hyphens, starting with a letter: what every AWS name that we derive from it allows. */
const name = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'use lowercase letters, digits and single hyphens, starting with a letter');

/**
 * What every service takes: no slashes and no lone dots for the metadata service, which machines read their tags from
 * (AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html), no commas for IAM (API_Tag.html).
 */
const tagKey = z
  .string()
  .max(128)
  .regex(
    /^(?!([Aa][Ww][Ss]|redeploy):|\.{1,2}$|_index$)[A-Za-z0-9+=._:@-]+$/,
    'use letters, digits and + - = . _ : @, and no prefix aws: or redeploy:',
  );

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html and ELB's say the same; EC2 alone would take more. */
const tagValue = z
  .string()
  .max(256)
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+@-]*$/u, 'use letters, digits, spaces and _ . : / = + - @');

const tags = z.record(tagKey, tagValue).describe('Tags for everything that is created, at most 35');

const partials = {
  build: loose(blocks.build),
  image: loose(blocks.image),
  instance: loose(blocks.instance),
  bake: loose(blocks.bake),
  fleet: loose(blocks.fleet),
  health: loose(blocks.health),
  balancer: loose(blocks.balancer),
  network: loose(blocks.network),
  rollout: loose(blocks.rollout),
  logs: loose(blocks.logs),
  notifications: loose(blocks.notifications),
  retire: loose(blocks.retire),
};
type Block = keyof typeof partials;

const overrides = Object.fromEntries(
  Object.entries(partials).map(([key, block]) => [
    key,
    block.optional().describe(blocks[key as Block].description ?? ''),
  ]),
) as { [K in Block]: z.ZodOptional<(typeof partials)[K]> };

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region looks like eu-central-1');

const environment = z
  .strictObject({
    settings: z
      .string()
      .optional()
      .describe("Meteor's settings file, relative to redeploy.json; unset: settings/<environment>.json if it exists"),
    env: z
      .string()
      .optional()
      .describe(
        'Environment variables in dotenv syntax (or JSON, if it ends in .json), relative to redeploy.json; unset: settings/<environment>.env if it exists. What dotenv cannot write goes into a JSON object beside it, <file>.json',
      ),
    secrets: secrets.optional(),
    region: region.optional().describe('AWS region, if not that of the app'),
    tags: tags.optional(),
    ...overrides,
  })
  .describe('One environment; whatever it sets overrides the same key above');

/** redeploy.json as it is written. */
export const Settings = z
  .strictObject({
    $schema: z.string().optional().describe('Path of this schema, for completion in editors'),
    app: name(20).describe('Name of the app; part of the name of everything in AWS'),
    region: region.describe('AWS region'),
    tags: tags.optional(),
    ...overrides,
    environments: z
      .record(name(20), environment)
      .refine((all) => Object.keys(all).length > 0, 'name at least one environment, e.g. "production": {}')
      .describe('Environments by name, such as production and staging'),
  })
  .describe('Configuration of meteor-redeploy');

/** What is written. */
export type WrittenSettings = z.input<typeof Settings>;
/** What is written, checked. */
export type Settings = z.output<typeof Settings>;

/** A block with defaults filled in. */
export const completeBlocks = z.strictObject({ ...blocks });
export type Blocks = z.output<typeof completeBlocks>;
export const blockNames = Object.keys(blocks) as Block[];
