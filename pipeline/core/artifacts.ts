import type { Architecture } from './architecture.ts';

/** Hash of what a bundle contains. */
export type BundleKey = `b-${string}`;
/** Hash of everything that goes into an image: bundle, Dockerfile, runtime, base image names, build instructions. */
export type ImageKey = `i-${string}`;
/** Hash of everything that goes into an AMI: base AMI, image digest, architecture, machine templates. */
export type BakeKey = `k-${string}`;
export type ImageDigest = `sha256:${string}`;
export type AmiId = `ami-${string}`;

/** What `meteor build` made, as a directory. */
export interface Bundle {
  key: BundleKey;
  /** Contains main.js, star.json, programs/. */
  directory: string;
  /** Node version that the Meteor release names, without a leading v. */
  nodeVersion: string;
  meteorRelease: string;
  /** Git commit of the sources, with `-dirty` when there were changes; undefined outside a repository. */
  revision: string | undefined;
}

/** An app image in ECR. */
export interface Image {
  key: ImageKey;
  digest: ImageDigest;
  /** `registry/repository@sha256:…`: what a machine pulls. */
  reference: `${string}@${ImageDigest}`;
  architecture: Architecture;
}

/** A baked machine image. */
export interface Ami {
  key: BakeKey;
  id: AmiId;
  image: ImageDigest;
}
