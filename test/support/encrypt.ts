import { newId } from '../../src/security/sign.js';
import type { Certificate } from '../../src/security/x509.js';
import { encrypt, encryptedDataElement, encryptedKeyElement } from '../../src/security/xmlenc.js';
import type { XmlElement } from '../../src/xml/model.js';

/** `content` encrypted to the key in `certificate`, as the two elements that an answer carries it in. */
export function encryptContent(
  content: string,
  certificate: Certificate,
): { encryptedKey: XmlElement; encryptedData: XmlElement } {
  const { issuerName, serial } = certificate;
  const encryption = {
    keyId: newId('EK'),
    dataId: newId('ED'),
    issuerName,
    serial,
    ...encrypt(Buffer.from(content), certificate),
  };
  return { encryptedKey: encryptedKeyElement(encryption), encryptedData: encryptedDataElement(encryption) };
}
