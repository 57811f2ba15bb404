import type { Beslutning } from '../../domain/routing/decision.js';
import type { Prisoverslag } from '../../domain/overslag.js';
import { dagerEtter, type Tospraaklig } from '../../domain/routing/words.js';
import type { Hendelse, Kvittering, Shipment, Tilstand } from '../../domain/shipment.js';
import type { XmlElement } from '../../xml/model.js';
import { element } from '../../xml/write.js';
import { tns } from './names.js';

/** A decision with what its reader needs besides. */
export interface BeslutningSvar {
  readonly beslutning: Beslutning;
  /** The decision in words. */
  readonly tekst: Tospraaklig;
  /** Notices count from it; null: from the decision. */
  readonly virkningstidspunkt: Date | null;
}

export interface StatusSvar extends BeslutningSvar {
  readonly shipment: Shipment;
  readonly hendelser: readonly Hendelse[];
}

/** An element with a text or elements in it; undefined leaves it out. */
const leaf = (name: string, value: string | number | boolean | Date | null | undefined): XmlElement[] =>
  value === null || value === undefined
    ? []
    : [element(tns, name, {}, [value instanceof Date ? value.toISOString() : String(value)])];

const group = (name: string, children: readonly XmlElement[]): XmlElement => element(tns, name, {}, children);

const message = (name: string, children: readonly XmlElement[]): XmlElement => element(tns, name, {}, children, [tns]);

const tekster = (tekst: Tospraaklig): XmlElement[] =>
  (['nb', 'en'] as const).map((spraak) => element(tns, 'tekst', { spraak }, [tekst[spraak]]));

const kontakt = (name: string, state: Beslutning['register']['mobil']): XmlElement[] =>
  state === null ? [] : [group(name, [...leaf('fersk', state.fersk), ...leaf('ferskTil', state.ferskTil)])];

/** Addresses stay in the register: who may see them asks Oppslagstjenesten. */
const register = (state: Beslutning['register']): XmlElement =>
  group('register', [
    ...leaf('spurt', state.spurt),
    ...leaf('status', state.status),
    ...leaf('reservasjon', state.reservasjon),
    ...kontakt('mobil', state.mobil),
    ...kontakt('epost', state.epost),
    ...leaf('postkasseleverandoer', state.postkasseleverandoer),
  ]);

const utfall = (beslutning: Beslutning): XmlElement[] =>
  beslutning.utfall === 'AVVIS'
    ? leaf('avvist', beslutning.kode)
    : [
        ...leaf('kanal', beslutning.kanal),
        ...leaf('leverandoer', beslutning.leverandoer),
        ...leaf('tidligst', beslutning.tidligst),
      ];

const beslutning = ({ beslutning: b, tekst, virkningstidspunkt }: BeslutningSvar): XmlElement => {
  const fra = virkningstidspunkt !== null && virkningstidspunkt > b.fattet ? virkningstidspunkt : b.fattet;
  return group('beslutning', [
    ...leaf('fattet', b.fattet),
    ...utfall(b),
    register(b.register),
    ...b.spor.map((spor) =>
      group('regel', [
        ...leaf('nummer', spor.regel),
        ...leaf('lovhjemmel', spor.lovhjemmel),
        ...leaf('traff', spor.traff),
        ...tekster(spor.tekst),
      ]),
    ),
    ...b.varsler.map((varsel) =>
      group('varsel', [
        ...leaf('varslingskanal', varsel.varslingskanal),
        ...leaf('tekst', varsel.tekst),
        ...leaf('spraak', varsel.spraak),
        ...varsel.dagerEtter.flatMap((dager) => leaf('tidspunkt', dagerEtter(fra, dager))),
      ]),
    ),
    ...tekster(tekst),
  ]);
};

/** @param svar the decision that stands with the stored letter */
export const encodeSend = (svar: BeslutningSvar & { readonly id: string; readonly mottatt: Date }): XmlElement =>
  message('SendForsendelseResponse', [
    ...leaf('forsendelsesId', svar.id),
    ...leaf('mottatt', svar.mottatt),
    beslutning(svar),
  ]);

const kostnad = ({ minst, hoyst, linjer }: Prisoverslag): XmlElement =>
  group('kostnad', [
    ...leaf('minst', minst),
    ...leaf('hoyst', hoyst),
    ...linjer.map((linje) =>
      group('linje', [
        ...tekster(linje.tekst),
        ...leaf('antall', linje.antall),
        ...leaf('oere', linje.oere),
        ...leaf('sikker', linje.sikker),
      ]),
    ),
  ]);

/** One explanation for each recipient, in the order asked. */
export const encodeForklar = (
  svar: readonly (BeslutningSvar & { readonly kostnad: Prisoverslag | null })[],
): XmlElement =>
  message(
    'ForklarForsendelseResponse',
    svar.map((s) => group('forklaring', [beslutning(s), ...(s.kostnad === null ? [] : [kostnad(s.kostnad)])])),
  );

const hendelse = (h: Hendelse): XmlElement =>
  group('hendelse', [
    ...leaf('type', h.type),
    ...leaf('tid', h.tid),
    ...leaf('skjedd', h.skjedd),
    ...leaf('kode', h.kode),
    ...tekster(h.tekst),
  ]);

export const encodeStatus = (svar: readonly StatusSvar[]): XmlElement =>
  message(
    'HentStatusResponse',
    svar.map((s) =>
      group('status', [
        ...leaf('forsendelsesId', s.shipment.id),
        ...leaf('eksternRef', s.shipment.forsendelse.eksternRef),
        ...leaf('tilstand', s.shipment.tilstand),
        ...leaf('mottatt', s.shipment.mottatt),
        beslutning(s),
        ...s.hendelser.map(hendelse),
      ]),
    ),
  );

export const encodeKvitteringer = (
  kvitteringer: readonly (Kvittering & { readonly eksternRef: string | null })[],
): XmlElement =>
  message(
    'HentKvitteringerResponse',
    kvitteringer.map((k) =>
      group('kvittering', [
        ...leaf('kvitteringsId', k.id),
        ...leaf('forsendelsesId', k.shipmentId),
        ...leaf('eksternRef', k.eksternRef),
        hendelse(k.hendelse),
      ]),
    ),
  );

export const encodeBekreftet = (svar: {
  readonly bekreftet: readonly string[];
  readonly ukjent: readonly string[];
}): XmlElement =>
  message('BekreftKvitteringerResponse', [
    ...svar.bekreftet.flatMap((id) => leaf('bekreftet', id)),
    ...svar.ukjent.flatMap((id) => leaf('ukjent', id)),
  ]);

const tilstandAv =
  (operasjon: 'TrekkTilbakeForsendelse' | 'MeldLest') =>
  (svar: { readonly id: string; readonly tilstand: Tilstand }): XmlElement =>
    message(`${operasjon}Response`, [...leaf('forsendelsesId', svar.id), ...leaf('tilstand', svar.tilstand)]);

export const encodeTrukket = tilstandAv('TrekkTilbakeForsendelse');
export const encodeLest = tilstandAv('MeldLest');
