import type { XmlElement } from '../../xml/model.js';
import { element } from '../../xml/write.js';
import { sdp } from './names.js';
import { leaf } from './post.js';
import { dateTime, inside, member, nothingIn, text, type Children } from './read.js';
import type { Feil, Kvittering, Kvitteringshendelse } from './types.js';

/** `kvittering` and `feil` (CONTRACT.md of SDP, section 10). */

const LONGEST = 1000;
const hendelser = ['mottak', 'levering', 'aapning', 'varslingfeilet', 'returpost'] as const;

function decodeHendelse(children: Children): Kvitteringshendelse {
  const [type, found] = children.oneOf(hendelser);
  if (type !== 'varslingfeilet') {
    nothingIn(found);
    return { type };
  }
  return inside(found, (inner) => {
    const varslingskanal = member(inner.one('varslingskanal'), ['SMS', 'EPOST']);
    const beskrivelse = inner.optional('beskrivelse');
    return { type, varslingskanal, beskrivelse: beskrivelse === undefined ? null : text(beskrivelse, LONGEST) };
  });
}

/** @throws Failure INVALID_REQUEST */
export const decodeKvittering = (children: Children): Kvittering => ({
  type: 'kvittering',
  tidspunkt: dateTime(children.one('tidspunkt'), true),
  hendelse: decodeHendelse(children),
});

/** @throws Failure INVALID_REQUEST */
export function decodeFeil(children: Children): Feil {
  const tidspunkt = dateTime(children.one('tidspunkt'), true);
  const feiltype = member(children.one('feiltype'), ['KLIENT', 'SERVER']);
  const detaljer = children.optional('detaljer');
  return { type: 'feil', tidspunkt, feiltype, detaljer: detaljer === undefined ? null : text(detaljer, LONGEST) };
}

const encodeHendelse = (hendelse: Kvitteringshendelse): XmlElement =>
  element(
    sdp,
    hendelse.type,
    {},
    hendelse.type === 'varslingfeilet'
      ? [
          leaf('varslingskanal', hendelse.varslingskanal),
          ...(hendelse.beskrivelse === null ? [] : [leaf('beskrivelse', hendelse.beskrivelse)]),
        ]
      : [],
  );

export const encodeKvittering = ({ tidspunkt, hendelse }: Kvittering): XmlElement =>
  element(sdp, 'kvittering', {}, [leaf('tidspunkt', tidspunkt.toISOString()), encodeHendelse(hendelse)]);

/** A known client needs `detaljer`, so it is always there. */
export const encodeFeil = ({ tidspunkt, feiltype, detaljer }: Feil): XmlElement =>
  element(sdp, 'feil', {}, [
    leaf('tidspunkt', tidspunkt.toISOString()),
    leaf('feiltype', feiltype),
    leaf('detaljer', detaljer ?? ''),
  ]);
