import type { SvarUtBestilling } from '../../domain/svarut/bestilling.js';
import { limits } from '../../limits.js';
import type { PasswordTrusted } from '../../security/basic.js';
import type { XmlElement } from '../../xml/model.js';
import type { Innhold } from './bestilling.js';
import { bestilling } from './bestilling.js';
import { barn, flere, ord, tekst, tekstI, tidspunkt, ugyldig } from './fields.js';
import type { Operasjon, Versjon } from './names.js';
import { isOurs } from './names.js';

/** What a request asks; the operations that ask the same are one. */
export type Kommando =
  | { readonly operasjon: 'sendForsendelse'; readonly bestilling: SvarUtBestilling }
  | { readonly operasjon: 'sendForsendelseMedId'; readonly bestilling: SvarUtBestilling; readonly id: string }
  | { readonly operasjon: 'startNyForsendelse' | 'retreiveForsendelseTyper' }
  | { readonly operasjon: 'retrieveForsendelseStatus' | 'retrieveForsendelseHistorikk'; readonly id: string }
  | { readonly operasjon: 'retrieveSigneringshistorikk'; readonly id: string }
  | {
      readonly operasjon: 'retrieveForsendelseStatuser' | 'retrieveSigneringshistorikkForFlereForsendelser';
      readonly ider: readonly string[];
    }
  | { readonly operasjon: 'retrieveForsendelseIdByEksternRef'; readonly eksternref: string }
  | { readonly operasjon: 'retrieveMottakerSystemForOrgnr'; readonly orgnr: string }
  | {
      readonly operasjon: 'setForsendelseLestAvEksterntSystem';
      readonly lest: {
        readonly forsendelsesid: string;
        readonly lestAvFodselsnummer: string | null;
        readonly navnPaEksterntSystem: string | null;
        readonly datoLest: Date | null;
      };
    };

/** @throws Failure SVARUT_CONTENT when it is missing */
function maa<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw ugyldig(`${name} mangler`);
  return value;
}

/** The contract spells it in two ways. */
const ID = ['forsendelsesid', 'forsendelseid'] as const;
const IDER = ['forsendelseider', 'forsendelsesider'] as const;

const idAv = (request: XmlElement): string => maa(ord(request, ID), ID[0]);

const iderAv = (request: XmlElement, max: number): string[] =>
  flere(request, IDER, max)
    .map((id) => tekstI(id).trim())
    .filter((id) => id !== '');

const ordered = (request: XmlElement, versjon: Versjon, innhold: Innhold): SvarUtBestilling =>
  bestilling(maa(barn(request, 'forsendelse'), 'forsendelse'), versjon, innhold);

type Decoder = (request: XmlElement, versjon: Versjon, innhold: Innhold) => Kommando;

const decoders: { readonly [O in Operasjon]: Decoder } = {
  sendForsendelse: (request, versjon, innhold) => ({
    operasjon: 'sendForsendelse',
    bestilling: ordered(request, versjon, innhold),
  }),
  sendForsendelseMedId: (request, versjon, innhold) => ({
    operasjon: 'sendForsendelseMedId',
    id: idAv(request),
    bestilling: ordered(request, versjon, innhold),
  }),
  startNyForsendelse: () => ({ operasjon: 'startNyForsendelse' }),
  retreiveForsendelseTyper: () => ({ operasjon: 'retreiveForsendelseTyper' }),
  retrieveForsendelseStatus: (request) => ({ operasjon: 'retrieveForsendelseStatus', id: idAv(request) }),
  retrieveForsendelseHistorikk: (request) => ({ operasjon: 'retrieveForsendelseHistorikk', id: idAv(request) }),
  retrieveSigneringshistorikk: (request) => ({ operasjon: 'retrieveSigneringshistorikk', id: idAv(request) }),
  retrieveForsendelseStatuser: (request) => ({
    operasjon: 'retrieveForsendelseStatuser',
    ider: iderAv(request, limits.svarutIder),
  }),
  retrieveSigneringshistorikkForFlereForsendelser: (request) => ({
    operasjon: 'retrieveSigneringshistorikkForFlereForsendelser',
    ider: iderAv(request, limits.svarutSigneringsider),
  }),
  retrieveForsendelseIdByEksternRef: (request) => ({
    operasjon: 'retrieveForsendelseIdByEksternRef',
    eksternref: maa(tekst(request, ['eksternRef', 'eksternref']), 'eksternRef'),
  }),
  retrieveMottakerSystemForOrgnr: (request) => ({
    operasjon: 'retrieveMottakerSystemForOrgnr',
    orgnr: maa(ord(request, 'organisasjonsnr'), 'organisasjonsnr'),
  }),
  setForsendelseLestAvEksterntSystem: (request) => ({
    operasjon: 'setForsendelseLestAvEksterntSystem',
    lest: {
      forsendelsesid: idAv(request),
      lestAvFodselsnummer: ord(request, 'lestAvFodselsnummer'),
      navnPaEksterntSystem: tekst(request, 'navnPaEksterntSystem'),
      datoLest: tidspunkt(request, 'datoLest'),
    },
  }),
};

/**
 * What Body asks for. The address says which version is spoken, and the namespace of Body's child must be that version's (rule 9).
 * @param innhold the documents of the request, by what stands for them in it (`ContentStage.settle`)
 * @throws Failure SVARUT_CONTENT with a reason in Norwegian, SVARUT_EMPTY
 */
export function decodeKommando(
  { operation }: Pick<PasswordTrusted, 'operation'>,
  versjon: Versjon,
  innhold: Innhold,
): Kommando {
  const { ns, local } = operation;
  if (ns !== versjon.ns.uri) {
    const other = ns !== '' && isOurs(ns) ? 'forespørselen er av en annen versjon enn adressen' : 'ukjent operasjon';
    throw ugyldig(`${other}; dette er ${versjon.navn}`);
  }
  const operasjon = versjon.operasjoner.get(local);
  if (operasjon === undefined) throw ugyldig(`ukjent operasjon; dette er ${versjon.navn}`);
  return decoders[operasjon](operation, versjon, innhold);
}
