import { hentEndringer } from '../application/hentEndringer.js';
import { hentPersoner } from '../application/hentPersoner.js';
import { hentPrintSertifikat } from '../application/hentPrintSertifikat.js';
import type { LookupDeps, Requester } from '../application/lookup.js';
import type { Command, Operasjon } from '../contract/oppslagstjenesten/decode.js';
import { decodeCommand, decodePaaVegneAv } from '../contract/oppslagstjenesten/decode.js';
import { encodeEndringer, encodePersoner, encodePrintSertifikat } from '../contract/oppslagstjenesten/encode.js';
import type { Leverandoer } from '../domain/sender.js';
import { protectAnswer } from '../security/answer.js';
import type { SigningKey } from '../security/sign.js';
import type { Trusted } from '../security/trusted.js';
import type { Content } from '../soap/envelope.js';
import type { Answer } from './soapEndpoint.js';

export interface OppslagstjenestenDeps extends LookupDeps {
  readonly key: SigningKey;
  /** The supplier table, read at start. */
  readonly leverandoerer: readonly Leverandoer[];
}

type Run<O extends Operasjon> = (requester: Requester, command: Extract<Command, { operasjon: O }>) => Promise<Content>;

/** One row an operation: from typed command to the element that answers it. */
function operations(deps: OppslagstjenestenDeps): { readonly [O in Operasjon]: Run<O> } {
  const certificates = new Map(deps.leverandoerer.map((l) => [l.organisasjonsnummer, l.sertifikat.toString('base64')]));
  const utskrift = deps.leverandoerer.find((l) => l.rolle === 'UTSKRIFT');
  const persons = hentPersoner(deps);
  const changes = hentEndringer(deps);
  const print = hentPrintSertifikat({ ...deps, utskrift });
  return {
    HentPersoner: async (requester, command) => encodePersoner(await persons(requester, command), certificates),
    HentEndringer: async (requester, command) => encodeEndringer(await changes(requester, command), certificates),
    HentPrintSertifikat: async (requester) => {
      const { organisasjonsnummer, sertifikat } = await print(requester);
      return encodePrintSertifikat(organisasjonsnummer, sertifikat.toString('base64'));
    },
  };
}

const requesterOf = (trusted: Trusted, correlationId: string): Requester => ({
  organisasjon: trusted.principal.organisasjonsnummer,
  paaVegneAv: decodePaaVegneAv(trusted),
  fingeravtrykk: trusted.principal.certificate.fingeravtrykk,
  replay: trusted.replay,
  correlationId,
});

/** Oppslagstjenesten 16-02: a trusted request in, a signed and encrypted answer out. */
export function oppslagstjenesten(
  deps: OppslagstjenestenDeps,
): (trusted: Trusted, context: { readonly correlationId: string }) => Promise<Answer> {
  const rows = operations(deps);
  return async (trusted, { correlationId }) => {
    const command = decodeCommand(trusted);
    const run = rows[command.operasjon] as (requester: Requester, command: Command) => Promise<Content>;
    const content = await run(requesterOf(trusted, correlationId), command);
    const envelope = await protectAnswer(content, trusted, deps.key, deps.clock.now());
    return { operation: command.operasjon, envelope };
  };
}
