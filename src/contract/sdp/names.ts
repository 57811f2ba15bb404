import type { Ns } from '../../xml/write.js';

/** The business document and what it holds (CONTRACT.md of SDP, sections 3 and 8); prefixes as the recorded messages have. */
export const sbdh: Ns = {
  prefix: 'ns3',
  uri: 'http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader',
};
export const sdp: Ns = { prefix: 'ns9', uri: 'http://begrep.difi.no/sdp/schema_v10' };
export { ds } from '../../soap/names.js';

export const STANDARD = 'urn:no:difi:sdp:1.0';
export const PARTY_TYPE = 'urn:oasis:names:tc:ebcore:partyid-type:iso6523:9908';
export const ACTOR_ID = 'iso6523-actorid-upis';
/** Prefix of organisation numbers on the wire. */
export const ICD = '9908';
