import type { Payloads } from '../../domain/shipmentPorts.js';
import { limits } from '../../limits.js';
import { SOAP11, SOAP12 } from '../../soap/names.js';
import type { XmlElement } from '../../xml/model.js';
import type { ContentPlaces, ContentStage } from '../contents/stage.js';
import { makeStage } from '../contents/stage.js';
import { ugyldig } from './fields.js';
import { isOurs } from './names.js';

/** Where contents are and the decoder looks for them: no content can be stored that no document refers to. */
const way = ['data', 'dokumenter', 'forsendelse'] as const;

function isData(element: XmlElement): boolean {
  let at: XmlElement | null = element;
  for (const name of way) {
    if (at?.local !== name || !isOurs(at.ns)) return false;
    at = at.parent;
  }
  const body = at?.parent;
  return body?.local === 'Body' && (body.ns === SOAP11 || body.ns === SOAP12);
}

const megabytes = (octets: number): string => `${Math.floor(octets / 1024 / 1024)} MB`;

const places: ContentPlaces = {
  holds: (element) => (isData(element) ? 'content' : undefined),
  // The type stands after the octets, and of an encrypted document it is not that of the octets.
  check: () => undefined,
  tooMany: (contents) => ugyldig(`dokumenter: høyst ${contents} er tillatt`),
  tooLarge: (octets) => ugyldig(`dokumentene er til sammen større enn ${megabytes(octets)}`),
};

/**
 * Makes a stage for one request, inline contents and MTOM. Its sinks throw SVARUT_CONTENT for more than may be, and INVALID_REQUEST for
 * what is no content.
 * @param octets of all contents together
 */
export const stageDokumenter = (payloads: Payloads, octets: number = limits.svarutBytes): ContentStage =>
  makeStage(payloads, { octets, contents: limits.svarutDokumenter }, places);
