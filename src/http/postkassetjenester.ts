import { endrePostkasse } from '../application/endrePostkasse.js';
import { kanVelgePostkasse } from '../application/kanVelgePostkasse.js';
import type { RecordDeps, Requester } from '../application/lookup.js';
import { decodeForesporsel } from '../contract/postkasse/decode.js';
import { encodeSvar } from '../contract/postkasse/encode.js';
import type { Reads } from '../domain/ports.js';
import type { Leverandoer } from '../domain/sender.js';
import { Failure } from '../errors.js';
import type { SigningKey } from '../security/sign.js';
import { signedEnvelope } from '../security/signAnswer.js';
import type { Trusted } from '../security/trusted.js';
import { providerBy, providersOf } from './broker/parties.js';
import type { SoapContext } from './server.js';
import type { Answer } from './soapEndpoint.js';

export interface PostkassetjenesterDeps extends RecordDeps {
  readonly reads: Pick<Reads, 'persons'>;
  /** Signs the answers. */
  readonly key: SigningKey;
  /** The supplier table, read at start. */
  readonly leverandoerer: readonly Leverandoer[];
}

const SERVICE = 'POSTKASSETJENESTER';

/**
 * Postkassetjenester v1: a trusted request of a mailbox provider in, a signed answer out. Providers are known by their registered
 * certificates, for a number may belong to two roles (PROFILES, "Who is who").
 * @throws Failure NO_ACCESS, INVALID_REQUEST, REPLAYED
 */
export function postkassetjenester(
  deps: PostkassetjenesterDeps,
): (trusted: Trusted, context: Pick<SoapContext, 'correlationId' | 'log'>) => Promise<Answer> {
  const providers = providersOf(deps);
  const kanVelge = kanVelgePostkasse(deps);
  const endre = endrePostkasse(deps);

  const leverandoerOf = ({ principal }: Trusted): Leverandoer => {
    const leverandoer = providerBy({ providers }, principal);
    if (leverandoer?.rolle === 'POSTKASSE') return leverandoer;
    const { organisasjonsnummer: owner, certificate } = principal;
    throw new Failure('NO_ACCESS', `${certificate.fingeravtrykk} is no mailbox provider`, { owner, service: SERVICE });
  };

  return async (trusted, { correlationId, log }) => {
    const leverandoer = leverandoerOf(trusted);
    const foresporsel = decodeForesporsel(trusted);
    const { organisasjonsnummer: organisasjon, certificate } = trusted.principal;
    const requester: Requester = {
      organisasjon,
      paaVegneAv: undefined,
      fingeravtrykk: certificate.fingeravtrykk,
      replay: trusted.replay,
      correlationId,
    };
    const avslag =
      foresporsel.operasjon === 'KanVelgeSikkerDigitalPostkasse'
        ? await kanVelge(requester, leverandoer, foresporsel)
        : await endre(requester, leverandoer, foresporsel);
    const { operasjon } = foresporsel;
    log.info('a provider was answered', { operasjon, leverandoer: organisasjon, avslag });
    const envelope = await signedEnvelope(encodeSvar(operasjon, avslag), trusted.version, deps.key, deps.clock.now());
    return { operation: operasjon, envelope };
  };
}
