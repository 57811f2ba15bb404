import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { Bestilling, Mottaker } from '../contract/forsendelse/decode.js';
import type { DokumentInn } from '../contract/forsendelse/request.js';
import type { Postadresse } from '../domain/forsendelse.js';
import { CommandError, UsageError } from './output.js';

/* What `send` and `explain` are told of a letter. */

export interface LetterOptions {
  readonly to?: string;
  readonly address?: Postadresse;
  readonly returnAddress?: Postadresse;
  readonly class: 'vedtak' | 'info';
  readonly level: '3' | '4';
  readonly priority: 'normal' | 'priority';
  readonly onlyDigital: boolean;
  readonly openingReceipt?: string;
  readonly documentType?: string;
}

/** `Name; line; 0155 OSLO`, or abroad `Name; line; SE` or the name of a country last. @throws InvalidArgumentError */
export function parseAddress(text: string): Postadresse {
  const [navn = '', ...rest] = text.split(';').map((part) => part.trim());
  const last = rest.pop();
  if (navn === '' || last === undefined || last === '' || rest.includes('')) {
    throw new InvalidArgumentError('Write it as "Name; Street 1; 0155 OSLO", abroad with the country last.');
  }
  const place = /^(\d{4}) +(\S.*)$/.exec(last);
  if (place !== null) return { navn, adresselinjer: rest, postnummer: place[1] ?? '', poststed: place[2] ?? '' };
  return { navn, adresselinjer: rest, land: /^[A-Z]{2}$/.test(last) ? { kode: last } : { navn: last } };
}

/** The options that say what letter it is and for whom. */
export const addLetterOptions = (command: Command): Command =>
  command
    .option('--to <id>', 'recipient: 11 digits of a person, or 9 of an organisation')
    .option('--address <address>', 'postal address, for paper: "Name; Street 1; 0155 OSLO"', parseAddress)
    .option('--return-address <address>', 'where paper that cannot be delivered goes, written alike', parseAddress)
    .addOption(new Option('--class <class>', 'what the letter is').choices(['vedtak', 'info']).default('vedtak'))
    .addOption(new Option('--level <level>', 'log-in that opens it').choices(['3', '4']).default('4'))
    .addOption(new Option('--priority <priority>', 'how soon').choices(['normal', 'priority']).default('normal'))
    .option('--opening-receipt <reason>', 'ask for a receipt when it is opened, and say why')
    .option('--document-type <type>', 'your own word for what kind of letter it is')
    .option('--only-digital', 'rather not at all than on paper', false);

/** @throws UsageError when nobody is named */
export function recipientOf({ to, address }: LetterOptions): Mottaker {
  if (to === undefined && address === undefined)
    throw new UsageError('Say who gets the letter: --to, --address or both.');
  return { id: to ?? null, postadresse: address ?? null };
}

export const orderOf = (options: LetterOptions, tittel: string): Bestilling => ({
  tittel,
  spraak: 'nb',
  klasse: options.class === 'vedtak' ? 'VEDTAK' : 'INFO',
  prioritet: options.priority === 'priority' ? 'PRIORITERT' : 'NORMAL',
  virkningstidspunkt: null,
  sikkerhetsnivaa: options.level === '3' ? 3 : 4,
  aapningskvittering: options.openingReceipt === undefined ? null : { begrunnelse: options.openingReceipt },
  varseltekst: { epost: null, sms: null },
  kunDigitalt: options.onlyDigital,
  utskrift: {
    posttype: 'B_OEKONOMI',
    farge: 'SORT_HVIT',
    retur: 'DIREKTE_RETUR',
    returadresse: options.returnAddress ?? null,
  },
  kostnadskode: null,
  ...(options.documentType !== undefined && { dokumenttype: options.documentType }),
});

const office = 'application/vnd.openxmlformats-officedocument';
const odf = 'application/vnd.oasis.opendocument';

/** Types of the documents that a letter may have, by the end of their names. */
const types: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.doc': 'application/msword',
  '.xls': 'application/vnd.ms-excel',
  '.ppt': 'application/vnd.ms-powerpoint',
  '.docx': `${office}.wordprocessingml.document`,
  '.xlsx': `${office}.spreadsheetml.sheet`,
  '.pptx': `${office}.presentationml.presentation`,
  '.odt': `${odf}.text`,
  '.ods': `${odf}.spreadsheet`,
  '.odp': `${odf}.presentation`,
  '.odg': `${odf}.graphics`,
};

/** The name of a file without its end. */
export const titleOf = (file: string): string => basename(file, extname(file));

/** @throws UsageError for a type that no letter has, CommandError for a file that cannot be read */
export async function documentOf(file: string): Promise<DokumentInn> {
  const mimetype = types[extname(file).toLowerCase()];
  if (mimetype === undefined) {
    throw new UsageError(
      `The name ${file} does not tell a type that a letter has. It must end in one of ${Object.keys(types).join(' ')}.`,
    );
  }
  const innhold = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file} cannot be read (${error.code}). Check the name and that you may read it.`);
  });
  return { filnavn: basename(file), tittel: titleOf(file), mimetype, innhold };
}
