import { randomUUID } from 'node:crypto';
import type { Konto, Lestmelding, Statusresultat, SvarUtTjeneste } from '../../src/application/svarut/tjenester.js';
import type { Mottakersystem, SvarUtBestilling } from '../../src/domain/svarut/bestilling.js';
import type { SvarUtStatus } from '../../src/domain/svarut/status.js';
import { Failure } from '../../src/errors.js';

/** A letter that was accepted. */
export interface Mottatt {
  readonly id: string;
  readonly konto: string;
  readonly bestilling: SvarUtBestilling;
  status: SvarUtStatus;
}

export interface MemorySvarUt extends SvarUtTjeneste {
  /** In the order in which they came. */
  readonly mottatt: readonly Mottatt[];
  readonly lest: readonly Lestmelding[];
  /** Set: `send` throws it. */
  feil: Failure | undefined;
}

export const sistEndret = new Date('2017-10-18T21:21:18.398Z');
export const systemer: readonly Omit<Mottakersystem, 'sertifikat'>[] = [
  { brukernavn: 'a', navn: 'Arkivet', mottakerid: '7', orgnr: '310000027', forsendelseType: 'Byggesøknad', nivaa: 3 },
  { brukernavn: 'b', navn: 'Resten', mottakerid: '8', orgnr: '310000027', forsendelseType: null, nivaa: null },
];

/** What a sender may ask of SvarUt, without any of its rules: accepted letters are kept as they were ordered. */
export function memorySvarUt(): MemorySvarUt {
  const mottatt: Mottatt[] = [];
  const lest: Lestmelding[] = [];
  const own = ({ brukernavn }: Konto): Mottatt[] => mottatt.filter(({ konto }) => konto === brukernavn);
  const find = (konto: Konto, id: string): Mottatt => {
    const found = own(konto).find((m) => m.id === id);
    if (found === undefined) throw new Failure('SVARUT_UNKNOWN_ID', 'unknown', { id });
    return found;
  };
  const result = ({ id, status }: Mottatt): Statusresultat => ({
    forsendelsesid: id,
    status,
    sisteStatusEndring: sistEndret,
  });
  const signed = (konto: Konto, id: string) => ({
    forsendelseid: find(konto, id).id,
    logg: [{ tidspunkt: sistEndret, type: 'SigneringsoppdragRegistrert', hendelse: 'Registrert' }],
  });
  return {
    mottatt,
    lest,
    feil: undefined,
    startNyForsendelse: async () => randomUUID(),
    async send({ brukernavn }, bestilling, id) {
      if (this.feil !== undefined) throw this.feil;
      const letter = { id: id ?? randomUUID(), konto: brukernavn, bestilling, status: 'AKSEPTERT' as const };
      mottatt.push(letter);
      return letter.id;
    },
    statuser: async (konto, ider) => ider.map((id) => result(find(konto, id))),
    historikk: async (konto, id) => {
      find(konto, id);
      return [
        { hendelse: 'Mottatt, og tildelt forsendelse-id', tidspunkt: new Date('2017-10-18T11:43:31Z') },
        { hendelse: 'Avvist:\n"<&>"', tidspunkt: new Date('2017-12-31T23:00:00Z') },
      ];
    },
    iderForEksternRef: async (konto, ref) =>
      own(konto)
        .filter((m) => m.bestilling.eksternref === ref)
        .map(({ id }) => id),
    settLest: async (konto, melding) => {
      find(konto, melding.forsendelsesid).status = 'LEST';
      lest.push(melding);
    },
    forsendelseTyper: async () => ['Byggesøknad', 'ks.signertforsendelse'],
    mottakersystemer: async (_konto, orgnr) => systemer.filter((s) => s.orgnr === orgnr),
    signeringshistorikk: async (konto, ider) => ider.map((id) => signed(konto, id)),
  };
}
