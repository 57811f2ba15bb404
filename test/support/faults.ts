import { expect } from 'chai';
import { errorOf } from '../../src/contract/ebms/decode.js';
import { eb } from '../../src/contract/ebms/names.js';
import { SOAP12 } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, is, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import type { Answered } from './sdpSender.js';

/** The ebMS error of a fault, held to what CONTRACT.md section 11 says of every fault: all attributes, and a Description. */
export function faultIn({ status, type, text }: Answered) {
  expect([status, type], text.slice(0, 2000)).to.deep.equal([500, 'application/soap+xml; charset=utf-8']);
  const [head, body] = childElements(parse(Buffer.from(text))) as [XmlElement, XmlElement];
  const [signal] = childElements(childElements(head)[0] as XmlElement) as [XmlElement];
  const [info, error] = childElements(signal) as [XmlElement, XmlElement];
  const fault = childElements(body)[0] as XmlElement;
  expect(is(fault, SOAP12, 'Fault')).to.equal(true);
  const ref = childElements(info).find((e) => is(e, eb.uri, 'RefToMessageId'));
  const { code, severity, shortDescription, description, refToMessageInError } = errorOf(error);
  expect([severity, attribute(error, 'errorCode')]).to.deep.equal(['failure', code]);
  for (const name of ['category', 'origin', 'shortDescription']) expect(attribute(error, name), name).not.to.equal('');
  expect(description).not.to.equal('');
  expect(refToMessageInError).to.equal(ref && textOf(ref));
  return { code, shortDescription, description, about: refToMessageInError };
}
