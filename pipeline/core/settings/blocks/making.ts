import { z } from 'zod';

// Bundle, image and AMI: what the makers are told.

export const build = z
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

const argumentName = z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and underscores');

export const image = z
  .strictObject({
    base: z
      .string()
      .optional()
      .describe(
        'Base image of the app image; {nodeVersion} is the Node version that the bundle names. Unset: node:{nodeVersion}-bookworm-slim; for the Node of Meteor 2 and older -bullseye-slim or -buster-slim, for Node 14.21.4 meteor/node:{nodeVersion}',
      ),
    buildBase: z
      .string()
      .optional()
      .describe(
        'Image in which npm dependencies are installed: needs python3, make and g++ for native modules. Unset: as base, without -slim',
      ),
    buildInstructions: z
      .array(z.string())
      .default([])
      .describe('Dockerfile lines run before the app is added (mup: docker.buildInstructions)'),
    buildArguments: z
      .record(argumentName, z.string())
      .default({})
      .describe(
        'Variables for npm install and buildInstructions while the image is built, not in the running app. The history of the image shows them: nothing secret',
      ),
    npmrc: z.string().optional().describe('.npmrc file for npm install, relative to the app; never reaches a layer'),
    caBundle: z
      .string()
      .optional()
      .describe(
        'PEM file with certificate authorities for npm install behind a company proxy; never reaches a layer. NODE_EXTRA_CA_CERTS is used when unset',
      ),
  })
  .describe('How the Docker image is built');

export const bake = z
  .strictObject({
    baseAmi: z
      .string()
      .regex(/^(ami-[0-9a-f]+|\/.+)$/, 'an AMI id (ami-…) or the path of an SSM parameter (/aws/service/…)')
      .optional()
      .describe('AMI to bake on, or an SSM parameter that names it; unset: the newest Amazon Linux 2023'),
    packages: z
      .array(z.string().regex(/^[A-Za-z0-9][\w.+:~^-]*$/, 'the name of a package, such as htop'))
      .default([])
      .describe('Packages of the base AMI (dnf) to install on the machines'),
    commands: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Shell commands run as root while the AMI is baked, after the packages are there; the first that fails ends the bake. Nothing secret: they stand in the user data of the builder',
      ),
    instanceType: z.string().optional().describe('Instance type of the builder; unset: that of the fleet'),
    timeoutSeconds: z.int().min(60).max(7200).default(1800).describe('How long a bake may take'),
  })
  .describe('How the AMI is baked');
