import type { SvarUtAdresse, SvarUtPostadresse } from '../../domain/svarut/bestilling.js';
import type { XmlElement } from '../../xml/model.js';
import { attribute, lookupNamespace } from '../../xml/model.js';
import { barn, ord, tekst, ugyldig, XSI } from './fields.js';
import type { Versjon } from './names.js';
import { isOurs } from './names.js';

/** Types of an address, in lower case: some clients write them with other letters (rule 6). */
const typer: ReadonlyMap<string, 'fnr' | 'orgnr'> = new Map([
  ['persondigitaladresse', 'fnr'],
  ['organisasjondigitaladresse', 'orgnr'],
  ['privatperson', 'fnr'],
  ['organisasjon', 'orgnr'],
]);

/** What xsi:type says, whatever prefix its namespace has; undefined when it is not there. @throws Failure SVARUT_CONTENT */
function typeOf(element: XmlElement): 'fnr' | 'orgnr' | undefined {
  const name = attribute(element, 'type', XSI)?.trim();
  if (name === undefined) return undefined;
  const [local = '', prefix = ''] = name.split(':').reverse();
  const uri = lookupNamespace(element.scope, prefix);
  const type = uri !== undefined && isOurs(uri) ? typer.get(local.toLowerCase()) : undefined;
  if (type === undefined) throw ugyldig(`${element.local} har en xsi:type som ikke er en adresse`);
  return type;
}

/** The number that digital channels need; an organisation without one is as if there were no digital address (rule 6). */
function digital(element: XmlElement): SvarUtAdresse['digital'] {
  const type = typeOf(element);
  const fnr = type === 'orgnr' ? null : ord(element, ['fnr', 'fodselsnr']);
  const orgnr = type === 'fnr' ? null : ord(element, 'orgnr');
  if (fnr !== null && orgnr !== null) throw ugyldig(`${element.local} har både fødselsnummer og organisasjonsnummer`);
  if (fnr !== null) return { fnr };
  return orgnr === null ? null : { orgnr };
}

function post(element: XmlElement): SvarUtPostadresse | null {
  const adresse = {
    navn: tekst(element, 'navn'),
    adresse1: tekst(element, 'adresse1'),
    adresse2: tekst(element, 'adresse2'),
    adresse3: tekst(element, 'adresse3'),
    postnr: ord(element, 'postnr'),
    poststed: tekst(element, 'poststed'),
    land: tekst(element, 'land'),
  };
  return Object.values(adresse).every((value) => value === null) ? null : adresse;
}

/** A recipient, or who is to be answered. */
export function adresse(parent: XmlElement, name: string, form: Versjon['adresse']): SvarUtAdresse | null {
  const element = barn(parent, name);
  if (element === undefined) return null;
  if (form === 'flat') return { digital: digital(element), post: post(element) };
  const [number, paper] = [barn(element, 'digitalAdresse'), barn(element, 'postAdresse')];
  return {
    digital: number === undefined ? null : digital(number),
    post: paper === undefined ? null : post(paper),
  };
}
