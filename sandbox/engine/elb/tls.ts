import { createSecureContext } from 'node:tls';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { AwsError } from '../../api/error.ts';
import type { Certificate } from '../acm/state.ts';
import type { Engine } from '../engine.ts';
import type { Listener } from './state.ts';

/** What an HTTPS listener serves with: its default certificate, or the one that fits the name a client asks for (SNI). */
export function tlsOptions(engine: Engine, listener: Listener): TlsOptions {
  return {
    ...defaultPair(engine, listener),
    // Asked at each handshake, so that certificates come and go without a new socket.
    SNICallback: (name, done) => done(null, createSecureContext(pairFor(engine, listener, name))),
  };
}

/** The default certificate's key and chain. Throws `CertificateNotFound` when it is gone, as after a restart with an old state. */
export function defaultPair(engine: Engine, listener: Listener): SecureContextOptions {
  const pair = engine.state.acm.certificates[listener.certificateArn ?? '']?.pair;
  if (!pair) throw new AwsError('CertificateNotFound', `Certificate '${listener.certificateArn}' not found`);
  return pair;
}

/** "The load balancer uses a smart certificate selection algorithm" (https-listener-certificates.html); exact names go first. */
function pairFor(engine: Engine, listener: Listener, name: string): SecureContextOptions {
  const { certificates } = engine.state.acm;
  const offered = [listener.certificateArn ?? '', ...(listener.moreCertificates ?? [])].flatMap(
    (arn) => certificates[arn] ?? [],
  );
  const asked = name.toLowerCase();
  const wildcard = asked.replace(/^[^.]+/, '*');
  const fitting = [asked, wildcard].flatMap((wanted) => offered.filter(({ names }) => names.includes(wanted)));
  return fitting.find(hasPair)?.pair ?? defaultPair(engine, listener);
}

const hasPair = (certificate: Certificate): boolean => certificate.pair !== undefined;
