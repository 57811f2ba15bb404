import type { Ns } from '../../xml/write.js';

/** Messages of our own service, xsd/forsendelse.xsd. */
export const tns: Ns = { prefix: 'f', uri: 'urn:posthorn:forsendelse:v1' };

export const PATH = '/forsendelse/v1';

/** The element whose text is base64 and goes to the payload store while it arrives; or it holds one xop:Include. */
export const CONTENT = 'innhold';

/** The element that may stand in its place: the address of an attachment of the message (`cid:`). */
export const CONTENT_REFERENCE = 'innholdRef';
