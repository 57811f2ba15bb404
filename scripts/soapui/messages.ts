import { text } from './xml.js';

const everything = ['Person', 'Kontaktinfo', 'Sertifikat', 'SikkerDigitalPost', 'VarslingsStatus'];

const lines = (name: string, values: readonly string[]): string[] => values.map((v) => `  <o:${name}>${v}</o:${name}>`);

/** HentPersonerForespoersel; without `needs`, every informasjonsbehov. */
export const hentPersoner = (ids: readonly string[], needs: readonly string[] = everything): string =>
  [
    '<o:HentPersonerForespoersel>',
    ...lines('informasjonsbehov', needs),
    ...lines('personidentifikator', ids),
    '</o:HentPersonerForespoersel>',
  ].join('\n');

/** HentEndringerForespoersel for Kontaktinfo, from the change with number `fra` on. */
export const hentEndringer = (fra: number): string =>
  [
    `<o:HentEndringerForespoersel fraEndringsNummer="${fra}">`,
    ...lines('informasjonsbehov', ['Kontaktinfo']),
    '</o:HentEndringerForespoersel>',
  ].join('\n');

/** HentPrintSertifikatForespoersel. */
export const hentPrintSertifikat = '<o:HentPrintSertifikatForespoersel/>';

/** The envelope as it stands in SoapUI's editor, before WS-Security. */
export function envelope(body: string, paaVegneAv?: string): string {
  const header =
    paaVegneAv === undefined
      ? ['  <env:Header/>']
      : [
          '  <env:Header>',
          `    <o:Oppslagstjenesten><o:PaaVegneAv>${text(paaVegneAv)}</o:PaaVegneAv></o:Oppslagstjenesten>`,
          '  </env:Header>',
        ];
  return [
    '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"',
    '    xmlns:o="http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02">',
    ...header,
    '  <env:Body>',
    ...body.split('\n').map((line) => `    ${line}`),
    '  </env:Body>',
    '</env:Envelope>',
  ].join('\n');
}
