import type { UnitOfWork } from '../../domain/ports.js';
import type { Payloads } from '../../domain/shipmentPorts.js';
import { lesefristTimer } from '../../domain/svarut/lesefrist.js';
import type { SvarUtKonto, SvarUtReads } from '../../domain/svarut/ports.js';
import { Failure } from '../../errors.js';
import type { ShipmentDeps } from '../shipmentDeps.js';
import type { Konto } from './tjenester.js';

/** Holds octets against a type while they pass. @throws Failure INVALID_REQUEST as soon as they are something else */
export interface Innholdskontroll {
  write(octets: Uint8Array): void;
  end(): void;
}

/** What the use cases of SvarUt need. */
export interface SvarUtDeps extends ShipmentDeps {
  readonly unitOfWork: UnitOfWork;
  readonly svarut: SvarUtReads;
  readonly payloads: Pick<Payloads, 'put' | 'get' | 'remove'>;
  /** 32 octets that stand for a text: nobody can tell the text by them. */
  readonly merke: (tekst: string) => Buffer;
  /** The clear octets of what was encrypted to this installation. @throws Failure when they are not */
  readonly dekrypter: (octets: AsyncIterable<Uint8Array>) => AsyncIterable<Buffer>;
  /** Undefined for a type that octets cannot be held against. */
  readonly kontroll: (mimetype: string) => Innholdskontroll | undefined;
}

/** How letters of an account are treated that has said nothing. */
const vanlig: Omit<SvarUtKonto, 'brukernavn'> = {
  altinn: true,
  sdp: true,
  ettersending: true,
  lesetimer: lesefristTimer,
  lesetimerApost: null,
  varsel: { epost: null, sms: null },
  returadresse: null,
};

export const kontoregler = async (svarut: Pick<SvarUtReads, 'konto'>, brukernavn: string): Promise<SvarUtKonto> =>
  (await svarut.konto(brukernavn)) ?? { brukernavn, ...vanlig };

/** Stands for a reference of a sender. */
export const referansemerke = ({ merke }: Pick<SvarUtDeps, 'merke'>, eksternref: string): Buffer =>
  merke(`eksternref ${eksternref}`);

/** Stands for the number of a recipient. */
export const mottakermerke = ({ merke }: Pick<SvarUtDeps, 'merke'>, id: string): Buffer => merke(`mottaker ${id}`);

export const ugyldig = (reason: string, detail = 'refused by SvarUt'): Failure =>
  new Failure('SVARUT_CONTENT', detail, { reason });

export const ukjent = (id: string): Failure =>
  new Failure('SVARUT_UNKNOWN_ID', 'no letter of this account', { id: erUuid(id) ? id : '' });

export const erUuid = (id: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);

/**
 * The name of the body whose letters these are.
 * @throws Failure NO_ACCESS when it is not registered, or not any more
 */
export function avsendernavn(
  deps: Pick<SvarUtDeps, 'senders' | 'clock'>,
  { organisasjonsnummer: owner }: Konto,
): string {
  const now = deps.clock.now();
  const found = deps
    .senders()
    .organisasjoner.find((o) => o.organisasjonsnummer === owner && o.fra <= now && (o.til === null || now < o.til));
  if (found === undefined) throw new Failure('NO_ACCESS', `${owner} is not registered`, { owner, service: 'SVARUT' });
  return found.navn;
}
