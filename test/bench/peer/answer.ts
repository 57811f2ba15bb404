import { dateTime } from '../../../src/contract/oppslagstjenesten/encode.js';
import { begrep } from '../../../src/contract/oppslagstjenesten/names.js';
import type { Kontaktpunkt } from '../../../src/domain/person.js';
import type { PersonSvar } from '../../../src/domain/varsling.js';

/** An element for the `soap` server, which loses the namespace of elements that a schema refers to: their prefix is written out. */
function element(members: Readonly<Record<string, unknown>>, attributes: object = {}): object {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return { attributes, ...Object.fromEntries(given.map(([name, value]) => [`b:${name}`, value])) };
}

const contact = (punkt: Kontaktpunkt | undefined): object | undefined =>
  punkt && {
    attributes: {
      ...(punkt.sistOppdatert && { sistOppdatert: dateTime(punkt.sistOppdatert) }),
      ...(punkt.sistVerifisert && { sistVerifisert: dateTime(punkt.sistVerifisert) }),
    },
    $value: punkt.verdi,
  };

/** One Person of the answer. */
export function person(svar: PersonSvar, certificates: ReadonlyMap<string, string>): object {
  const { mobiltelefonnummer: mobile, epostadresse: mail, postkasse, visSertifikat } = svar;
  const members = {
    personidentifikator: svar.personidentifikator,
    reservasjon: svar.reservasjon,
    status: svar.status,
    varslingsstatus: svar.varslingsstatus,
    Kontaktinformasjon:
      (mobile ?? mail) && element({ Mobiltelefonnummer: contact(mobile), Epostadresse: contact(mail) }),
    SikkerDigitalPostAdresse: postkasse && element(postkasse),
    X509Sertifikat: visSertifikat && certificates.get(visSertifikat),
  };
  return element(members, { 'xmlns:b': begrep.uri });
}
