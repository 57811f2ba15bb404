import { PATH } from '../../src/contract/oppslagstjenesten/names.js';
import { forsendelse } from './forsendelse.js';
import { svarut } from './svarut.js';
import { envelope } from './messages.js';
import { meldingsformidler } from './meldingsformidler.js';
import { postkasse } from './postkasse.js';
import { groups } from './requests.js';
import type { Service } from './service.js';
import { testSuite, webService } from './service.js';
import { wssContainer } from './wss.js';
import { leaf, node, text } from './xml.js';

const oppslagstjenesten: Service = {
  name: 'Oppslagstjenesten 16-02',
  path: PATH,
  namespace: 'http://kontaktinfo.difi.no/wsdl/oppslagstjeneste-16-02',
  binding: 'oppslagstjeneste-16-02_SOAP12Binding',
  soapVersion: '1_2',
  schemas: ['oppslagstjeneste-ws-16-02.xsd', 'oppslagstjeneste-metadata-16-02.xsd'],
  operations: { HentEndringer: '', HentPersoner: '', HentPrintSertifikat: '' },
  groups: groups.map((group) => ({
    ...group,
    requests: group.requests.map(({ body, paaVegneAv, ...request }) => ({
      ...request,
      envelope: envelope(body, paaVegneAv),
    })),
  })),
};

const services = [oppslagstjenesten, forsendelse, meldingsformidler, postkasse, svarut] as const;

const readMe = `Oppslagstjenesten 16-02, Forsendelse v1, the broker (ebMS), Postkassetjenester v1 and SvarUt V9 against a Posthorn that was started with "npm start" and no configuration.

The requests below the operations are for looking; the test suite holds the same ones with what must come back, and runs them all.
Keys and truststore are those of certs/dev, which the first start makes (password changeit). sender asks for itself, supplier asks
for sender, sender2 has no rights. Forsendelse is called with HTTP Basic as sender-dev, SvarUt as svarut-dev; digipost and eboks sign for Postkassetjenester. For another address, change the endpoint of the interface and assign it to all requests.

This file is written by "npm run soapui"; change scripts/soapui/ instead.`;

/** The SoapUI project as it stands in wsdl/soapui. */
export const soapUiProject = (): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${node(
    'con:soapui-project',
    {
      'xmlns:con': 'http://eviware.com/soapui/config',
      name: 'Posthorn',
      resourceRoot: '${projectDir}',
      'soapui-version': '5.7.2',
      abortOnError: 'false',
      runType: 'SEQUENTIAL',
      activeEnvironment: 'Default',
    },
    [
      leaf('con:description', text(readMe)),
      leaf('con:settings', ''),
      ...services.map(webService),
      ...services.map(testSuite),
      leaf('con:properties', ''),
      wssContainer(),
      leaf('con:oAuth2ProfileContainer', ''),
      leaf('con:sensitiveInformation', ''),
    ],
  )}\n`;
