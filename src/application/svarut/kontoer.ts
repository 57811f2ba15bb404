import { X509Certificate } from 'node:crypto';
import { validOrganisasjonsnummer } from '../../domain/identifier.js';
import type { Clock, Reads, UnitOfWork } from '../../domain/ports.js';
import { checkVarseltekst } from '../../domain/routing/notices.js';
import type { Legitimasjon } from '../../domain/sender.js';
import type { NyttMottakersystem, SvarUtKonto, SvarUtReads } from '../../domain/svarut/ports.js';
import type { ServicePassword } from '../../security/servicePassword.js';

export interface KontoDeps {
  readonly reads: Pick<Reads, 'senders'>;
  readonly svarut: SvarUtReads;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly nyttPassord: () => Promise<ServicePassword>;
  /** Whether a text is a network that an account may be bound to. */
  readonly erNett: (tekst: string) => boolean;
}

type Tjeneste = Extract<Legitimasjon['tjeneste'], 'SVARUT' | 'SVARINN'>;

/** A user name as HTTP Basic and our own tables can have it. */
const erBrukernavn = (navn: string): boolean => /^[^\p{C}\s:]{1,64}$/u.test(navn);

const kjent = async ({ reads }: KontoDeps, tjeneste: Tjeneste, brukernavn: string): Promise<Legitimasjon | undefined> =>
  (await reads.senders()).legitimasjoner.find((l) => l.tjeneste === tjeneste && l.brukernavn === brukernavn);

const kjentOrganisasjon = async ({ reads }: KontoDeps, organisasjonsnummer: string): Promise<boolean> =>
  (await reads.senders()).organisasjoner.some((o) => o.organisasjonsnummer === organisasjonsnummer);

interface UgyldigVarsel {
  readonly type: 'invalid-notice';
  /** In English, for who set it. */
  readonly grunn: string;
}

const ugyldigVarsel = ({ epost, sms }: SvarUtKonto['varsel']): string | undefined =>
  (epost === null ? undefined : checkVarseltekst(epost, 'EPOST')) ??
  (sms === null ? undefined : checkVarseltekst(sms, 'SMS'));

/** The account, which may call from these networks only; undefined: from everywhere. */
const medNett = ({ nett: _, ...konto }: Legitimasjon, nett?: readonly string[]): Legitimasjon => ({
  ...konto,
  ...(nett !== undefined && { nett }),
});

/** `added` has the password, which is shown once. */
export type Registrert<Problem extends string> =
  { readonly type: 'added'; readonly passord: string } | { readonly type: 'updated' | Problem };

/**
 * Registers an account that may send by SvarUt, or sets its rules anew: its password stays then. The organisation must be registered as a
 * sender.
 */
export const registrerKonto =
  (deps: KontoDeps) =>
  async (
    organisasjonsnummer: string,
    regler: SvarUtKonto,
    nett?: readonly string[],
  ): Promise<
    Registrert<'invalid-name' | 'invalid-network' | 'unknown-organisation' | 'other-organisation'> | UgyldigVarsel
  > => {
    const { brukernavn } = regler;
    if (!erBrukernavn(brukernavn)) return { type: 'invalid-name' };
    if (nett?.every(deps.erNett) === false) return { type: 'invalid-network' };
    const grunn = ugyldigVarsel(regler.varsel);
    if (grunn !== undefined) return { type: 'invalid-notice', grunn };
    if (!(await kjentOrganisasjon(deps, organisasjonsnummer))) return { type: 'unknown-organisation' };
    const there = await kjent(deps, 'SVARUT', brukernavn);
    if (there !== undefined && there.organisasjonsnummer !== organisasjonsnummer) return { type: 'other-organisation' };
    const { passord, passordhash } = await deps.nyttPassord();
    await deps.unitOfWork(async (tx) => {
      await tx.putSvarUtKonto(regler);
      await tx.putCredential(
        medNett(there ?? { tjeneste: 'SVARUT', brukernavn, organisasjonsnummer, passordhash }, nett),
      );
    });
    return there === undefined ? { type: 'added', passord } : { type: 'updated' };
  };

/** Gives an account a new password; the old one is good no more. Undefined: there is no such account. */
export const byttPassord =
  (deps: KontoDeps) =>
  async (tjeneste: Tjeneste, brukernavn: string): Promise<string | undefined> => {
    const there = await kjent(deps, tjeneste, brukernavn);
    if (there === undefined) return undefined;
    const { passord, passordhash } = await deps.nyttPassord();
    await deps.unitOfWork((tx) => tx.putCredential({ ...there, passordhash }));
    return passord;
  };

type Sertifikatfeil = 'invalid-certificate' | 'expired-certificate';

/** A certificate that letters can be encrypted to, as DER. */
function sertifikatI(fil: Buffer, now: Date): Buffer | Sertifikatfeil {
  try {
    const { raw, validTo, publicKey } = new X509Certificate(fil);
    if (publicKey.asymmetricKeyType !== 'rsa') return 'invalid-certificate';
    return new Date(validTo) <= now ? 'expired-certificate' : raw;
  } catch {
    return 'invalid-certificate';
  }
}

/**
 * Registers a system that fetches letters by SvarInn, or what it fetches anew: its password stays then. Its organisation must be registered.
 * `sertifikat`: PEM or DER.
 */
export const registrerMottaker =
  (deps: KontoDeps) =>
  async (
    system: NyttMottakersystem,
    nett?: readonly string[],
  ): Promise<
    Registrert<
      | 'invalid-name'
      | 'invalid-network'
      | 'invalid-organisation'
      | 'unknown-organisation'
      | 'unknown-type'
      | 'other-organisation'
      | Sertifikatfeil
    >
  > => {
    const { brukernavn, orgnr, forsendelseType } = system;
    if (!erBrukernavn(brukernavn)) return { type: 'invalid-name' };
    if (nett?.every(deps.erNett) === false) return { type: 'invalid-network' };
    if (!validOrganisasjonsnummer(orgnr)) return { type: 'invalid-organisation' };
    if (!(await kjentOrganisasjon(deps, orgnr))) return { type: 'unknown-organisation' };
    if (forsendelseType !== null && !(await deps.svarut.forsendelseTyper()).includes(forsendelseType))
      return { type: 'unknown-type' };
    const sertifikat = sertifikatI(system.sertifikat, deps.clock.now());
    if (typeof sertifikat === 'string') return { type: sertifikat };
    const there = await kjent(deps, 'SVARINN', brukernavn);
    if (there !== undefined && there.organisasjonsnummer !== orgnr) return { type: 'other-organisation' };
    const { passord, passordhash } = await deps.nyttPassord();
    await deps.unitOfWork(async (tx) => {
      await tx.putMottakersystem({ ...system, sertifikat });
      const ny = { tjeneste: 'SVARINN', brukernavn, organisasjonsnummer: orgnr, passordhash } as const;
      await tx.putCredential(medNett(there ?? ny, nett));
    });
    return there === undefined ? { type: 'added', passord } : { type: 'updated' };
  };

/** Gives a receiving system a new certificate, for the letters that come from then on. Undefined: it is done. */
export const byttSertifikat =
  (deps: KontoDeps) =>
  async (brukernavn: string, fil: Buffer): Promise<'unknown-receiver' | Sertifikatfeil | undefined> => {
    const there = (await deps.svarut.mottakersystemer()).find((system) => system.brukernavn === brukernavn);
    if (there === undefined) return 'unknown-receiver';
    const sertifikat = sertifikatI(fil, deps.clock.now());
    if (typeof sertifikat === 'string') return sertifikat;
    await deps.unitOfWork((tx) => tx.putMottakersystem({ ...there, sertifikat }));
    return undefined;
  };
