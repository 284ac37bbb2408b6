import type { Certificate } from '../../engine/acm/state.ts';
import { settle } from '../../engine/acm/validation.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';

const arnForm = /^arn:aws:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/;

/** A certificate as it stands now. Throws `InvalidArnException`, `ResourceNotFoundException`. */
export function findCertificate(engine: Engine, arn: string): Certificate {
  if (!arnForm.test(arn)) {
    throw new AwsError('InvalidArnException', `The provided ARN '${arn}' is not a valid certificate ARN.`);
  }
  const { certificates } = engine.state.acm;
  const found = Object.hasOwn(certificates, arn) ? certificates[arn] : undefined;
  if (!found) throw new AwsError('ResourceNotFoundException', `Could not find certificate ${arn}.`);
  return settle(engine, found);
}
