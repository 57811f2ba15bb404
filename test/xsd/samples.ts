/*
 * Messages in the shape of Oppslagstjenesten 16-02, with made-up values. They hold for the schemas only: no signature here is real.
 */

const ns = {
  env: 'http://www.w3.org/2003/05/soap-envelope',
  wsse: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  wsse11: 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd',
  wsu: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  xenc: 'http://www.w3.org/2001/04/xmlenc#',
  ec: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  o: 'http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02',
  b: 'http://begrep.difi.no',
};

const declarations = Object.entries(ns)
  .map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`)
  .join('');

const x509v3 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3';
const base64 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

export const token = `<wsse:BinarySecurityToken EncodingType="${base64}" ValueType="${x509v3}" wsu:Id="X509-1">TUlJ</wsse:BinarySecurityToken>`;

export const timestamp =
  '<wsu:Timestamp wsu:Id="TS-1"><wsu:Created>2016-03-01T10:00:00.000Z</wsu:Created><wsu:Expires>2016-03-01T10:01:00.000Z</wsu:Expires></wsu:Timestamp>';

const reference = (id: string): string =>
  `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${ns.ec}"/></ds:Transforms>` +
  `<ds:DigestMethod Algorithm="${ns.xenc}sha256"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>`;

export const byToken = `<wsse:Reference URI="#X509-1" ValueType="${x509v3}"/>`;
export const byKeyIdentifier = `<wsse:KeyIdentifier EncodingType="${base64}" ValueType="${x509v3}">TUlJ</wsse:KeyIdentifier>`;

export const signature = (ids: readonly string[], key: string): string =>
  `<ds:Signature Id="SIG-1"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${ns.ec}"/>` +
  `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>${ids.map(reference).join('')}</ds:SignedInfo>` +
  `<ds:SignatureValue>AAAA</ds:SignatureValue><ds:KeyInfo Id="KI-1"><wsse:SecurityTokenReference wsu:Id="STR-1">${key}` +
  '</wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>';

export const envelope = (header: string, body: string): string =>
  `<env:Envelope${declarations}><env:Header>${header}</env:Header><env:Body wsu:Id="id-1">${body}</env:Body></env:Envelope>`;

export const security = (...children: readonly string[]): string =>
  `<wsse:Security env:mustUnderstand="true">${children.join('')}</wsse:Security>`;

const encryptedKey =
  `<xenc:EncryptedKey Id="EK-1"><xenc:EncryptionMethod Algorithm="${ns.xenc}rsa-oaep-mgf1p"/>` +
  '<ds:KeyInfo><wsse:SecurityTokenReference><ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=Test CA,O=Posthorn,C=NO</ds:X509IssuerName>' +
  '<ds:X509SerialNumber>1348752607</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data></wsse:SecurityTokenReference></ds:KeyInfo>' +
  '<xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData>' +
  '<xenc:ReferenceList><xenc:DataReference URI="#ED-1"/></xenc:ReferenceList></xenc:EncryptedKey>';

const encryptedData =
  `<xenc:EncryptedData Id="ED-1" Type="${ns.xenc}Content"><xenc:EncryptionMethod Algorithm="${ns.xenc}aes256-cbc"/>` +
  '<ds:KeyInfo><wsse:SecurityTokenReference wsse11:TokenType="http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey">' +
  '<wsse:Reference URI="#EK-1"/></wsse:SecurityTokenReference></ds:KeyInfo>' +
  '<xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>';

const answerSecurity = security(
  encryptedKey,
  token,
  signature(['TS-1', 'id-1', 'SC-1'], byToken),
  timestamp,
  '<wsse11:SignatureConfirmation wsu:Id="SC-1" Value="AAAA"/>',
);

export const answer = envelope(answerSecurity, encryptedData);

export const person =
  '<b:Person><b:personidentifikator>01010100000</b:personidentifikator><b:reservasjon>NEI</b:reservasjon><b:status>AKTIV</b:status>' +
  '<b:varslingsstatus>KAN_VARSLES</b:varslingsstatus><b:Kontaktinformasjon>' +
  '<b:Mobiltelefonnummer sistOppdatert="2016-02-18T13:12:00.000+01:00">+4799999999</b:Mobiltelefonnummer>' +
  '<b:Epostadresse sistVerifisert="2016-02-18T13:12:00.000+01:00">ola@example.no</b:Epostadresse></b:Kontaktinformasjon>' +
  '<b:SikkerDigitalPostAdresse><b:postkasseadresse>ola.nordmann#6XXB</b:postkasseadresse>' +
  '<b:postkasseleverandoerAdresse>984661185</b:postkasseleverandoerAdresse></b:SikkerDigitalPostAdresse>' +
  '<b:X509Sertifikat>TUlJ</b:X509Sertifikat></b:Person>';

/** The same answer with its Body decrypted. */
export const decryptedAnswer = envelope(answerSecurity, `<o:HentPersonerRespons>${person}</o:HentPersonerRespons>`);

export const hentPersoner =
  '<o:HentPersonerForespoersel><o:informasjonsbehov>Kontaktinfo</o:informasjonsbehov>' +
  '<o:personidentifikator>01010100000</o:personidentifikator></o:HentPersonerForespoersel>';

export const request = envelope(
  `<o:Oppslagstjenesten wsu:Id="id-2"><o:PaaVegneAv>310000019</o:PaaVegneAv></o:Oppslagstjenesten>${security(token, signature(['TS-1', 'id-1', 'id-2'], byToken), timestamp)}`,
  hentPersoner,
);
