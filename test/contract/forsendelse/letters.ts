import type { Bestilling, Brev } from '../../../src/contract/forsendelse/decode.js';
import { decodeCommand } from '../../../src/contract/forsendelse/decode.js';
import type { Command } from '../../../src/contract/forsendelse/decode.js';
import { stageContents } from '../../../src/contract/forsendelse/content.js';
import type { BrevInn, DokumentInn } from '../../../src/contract/forsendelse/request.js';
import type { XmlElement } from '../../../src/xml/model.js';
import { XmlReader } from '../../../src/xml/reader.js';
import { TreeBuilder } from '../../../src/xml/tree.js';
import { sealTrusted } from '../../../src/security/trusted.js';
import { answered } from '../../support/answers.js';
import { memoryPayloads } from '../../support/memoryPayloads.js';

/* One valid letter, and both ends of the wire for it. */

/** What begins as a PDF, in so many octets. */
export const pdfOf = (size: number): Buffer =>
  Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(size, 65)]).subarray(0, size);

/** What begins as a PNG picture. */
export const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000ff', 'hex');

export const dokument = (changes: Partial<DokumentInn> = {}): DokumentInn => ({
  filnavn: 'vedtak.pdf',
  tittel: 'Vedtak',
  mimetype: 'application/pdf',
  innhold: Buffer.from('%PDF-1.4 vedtak'),
  ...changes,
});

const norge = { navn: 'Ola Nordmann', adresselinjer: ['Storgata 1'], postnummer: '0155', poststed: 'OSLO' };
const utland = { navn: 'Arkivet', adresselinjer: ['Kungsgatan 1', '111 43 Stockholm'], land: { kode: 'SE' } };

/** Every field has a value that is not its default. */
export const bestilling: Bestilling = {
  tittel: 'Svar på søknad & klage',
  spraak: 'nn',
  klasse: 'INFO',
  prioritet: 'PRIORITERT',
  virkningstidspunkt: new Date('2026-03-29T02:30:00.125+01:00'),
  sikkerhetsnivaa: 3,
  aapningskvittering: { begrunnelse: 'Fristen løper fra åpning' },
  varseltekst: { epost: 'Du har fått et brev.', sms: 'Brev til deg.' },
  kunDigitalt: true,
  utskrift: { posttype: 'A_PRIORITERT', farge: 'FARGE', retur: 'MAKULERING_MED_MELDING', returadresse: utland },
  kostnadskode: 'K-100',
  dokumenttype: 'Byggesøknad',
};
export const mottaker = { id: '23863814839', postadresse: norge };

export const brev = (changes: Partial<BrevInn> = {}): BrevInn => ({
  eksternRef: 'sak 2026/17-å',
  mottaker,
  ...bestilling,
  hoveddokument: dokument(),
  vedlegg: [dokument({ filnavn: 'kart.png', tittel: 'Kart', mimetype: 'image/png', innhold: png })],
  ...changes,
});

/** Reads a request as the endpoint does: contents are staged while the octets come, `size` at a time. */
export async function received(xml: string, size = 7): Promise<Command> {
  const stage = stageContents(memoryPayloads());
  const builder = new TreeBuilder(stage.spill);
  const reader = new XmlReader(builder);
  const octets = Buffer.from(xml);
  for (let at = 0; at < octets.length; at += size) reader.write(octets.subarray(at, at + size));
  reader.end();
  const operation = builder.root as XmlElement;
  return decodeCommand(sealTrusted({ ...answered(), operation }), await stage.settle());
}

export const sent = (command: Command): Brev => {
  if (command.operasjon !== 'SendForsendelse') throw new Error(`not a letter but ${command.operasjon}`);
  return command.brev;
};
