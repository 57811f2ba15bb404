import type { Ns } from '../../xml/write.js';

/** Messages and header of the contract 16-02, and the data in them (CONTRACT.md section 2); prefixes as the recorded answers have. */
export const tns: Ns = { prefix: 'ns3', uri: 'http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02' };
export const begrep: Ns = { prefix: 'ns2', uri: 'http://begrep.difi.no' };

/** Some clients put the header in the namespace of the WSDL. */
export const WSDL_NS = 'http://kontaktinfo.difi.no/wsdl/oppslagstjeneste-16-02';

/** Header block that names whom a look-up is made for, in either namespace. */
export const headerBlocks = [tns.uri, WSDL_NS].map((ns) => ({ ns, local: 'Oppslagstjenesten' }));

export const PATH = '/kontaktinfo-external/ws-v5';

/** Organisation number that unmodified clients demand of the answer's certificate (CONTRACT.md, "What a real client checks"). */
export const TJENESTE_ORGANISASJONSNUMMER = '991825827';
