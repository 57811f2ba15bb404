import type { Ns } from '../xml/write.js';

export const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/';
export const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';
export const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
export const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
export const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
export const WSA = 'http://www.w3.org/2005/08/addressing';
export const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const XENC = 'http://www.w3.org/2001/04/xmlenc#';
export const EC = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** The prefixes that we write. Some clients look for `wsu:Id` by its letters, so they are fixed. */
export const env: Ns = { prefix: 'env', uri: SOAP12 };
export const env11: Ns = { prefix: 'soap', uri: SOAP11 };
export const wsse: Ns = { prefix: 'wsse', uri: WSSE };
export const wsse11: Ns = { prefix: 'wsse11', uri: WSSE11 };
export const wsu: Ns = { prefix: 'wsu', uri: WSU };
export const ds: Ns = { prefix: 'ds', uri: DS };
export const xenc: Ns = { prefix: 'xenc', uri: XENC };

export type SoapVersion = '1.1' | '1.2';
export const envelopeNamespace: Readonly<Record<SoapVersion, string>> = { '1.1': SOAP11, '1.2': SOAP12 };
export const envelopeNs: Readonly<Record<SoapVersion, Ns>> = { '1.1': env11, '1.2': env };
export const contentType: Readonly<Record<SoapVersion, string>> = {
  '1.1': 'text/xml; charset=utf-8',
  '1.2': 'application/soap+xml; charset=utf-8',
};
