import type * as client from '@aws-sdk/client-secrets-manager';
import type { Secret, SecretVersion } from '../../engine/secrets/state.ts';
import { current, labelled, moveLabel } from '../../engine/secrets/versions.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor } from '../service.ts';
import { findLiveSecret } from './find.ts';
import { checkLabels } from './value.ts';

function versionOf(secret: Secret, id: string | undefined): SecretVersion | undefined {
  if (id === undefined) return undefined;
  const version = Object.hasOwn(secret.versions, id) ? secret.versions[id] : undefined;
  if (version) return version;
  const message = `Secrets Manager can't find the specified secret version: ${id}.`;
  throw new AwsError('ResourceNotFoundException', message);
}

/**
 * Moves, attaches or removes one staging label. A label that sits elsewhere must be named with the version that loses it
 * (API reference, UpdateSecretVersionStage, RemoveFromVersionId).
 */
export const updateSecretVersionStage: HandlerFor<typeof client, 'UpdateSecretVersionStage'> = (input, { engine }) => {
  const secret = findLiveSecret(engine, input.SecretId);
  const label = input.VersionStage;
  const to = versionOf(secret, input.MoveToVersionId);
  const from = versionOf(secret, input.RemoveFromVersionId);
  const holder = labelled(secret, label);
  checkHolder(label, holder, from, to);
  if (to) {
    checkLabels(secret, [label]);
    moveLabel(secret, label, to);
  } else if (holder) {
    holder.stages = holder.stages.filter((stage) => stage !== label);
  }
  secret.changedAt = engine.clock.now();
  return { ARN: secret.arn, Name: secret.name };
};

type Version = SecretVersion | undefined;

const invalid = (message: string) => new AwsError('InvalidParameterException', message);

function checkHolder(label: string, holder: Version, from: Version, to: Version): void {
  if (from && from !== holder) throw invalid(`Staging label ${label} isn't currently attached to version ${from.id}.`);
  if (!to) return checkRemoval(label, from);
  if (from || !holder || holder === to) return;
  const attached = `Staging label ${label} is currently attached to version ${holder.id}`;
  const must = 'so you must explicitly reference that version in RemoveFromVersionId';
  throw invalid(`The parameter RemoveFromVersionId can't be empty. ${attached}, ${must}.`);
}

function checkRemoval(label: string, from: Version): void {
  if (!from) throw invalid('You must specify MoveToVersionId or RemoveFromVersionId.');
  if (label !== current) return;
  const message = `You can only move staging label ${current} to a different secret version. It can't be completely removed.`;
  throw invalid(message);
}
