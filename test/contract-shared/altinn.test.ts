import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { SOAP11 } from '../../src/soap/names.js';
import { childElements, childrenNamed } from '../../src/xml/model.js';
import { schemaOfWsdl } from '../../src/xml/schema.js';
import { parse } from '../../src/xml/tree.js';
import { altinnbrev, clients, given } from '../client/altinn/clients.js';
import { behave, startAltinn, utenAdresse, type TestAltinn } from '../support/altinn.js';
import { violationsOf, type Shape } from '../support/svarutRestSchema.js';
import { startTap, type Tap } from '../support/tap.js';

const shared = new URL('../../../shared/spec/altinn/', import.meta.url);
const published = (file: string): string => readFileSync(new URL(file, shared), 'utf8');

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema: Shape }>>;
}
interface Api {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly requestBody?: Body; readonly responses: Readonly<Record<string, Body>> }>>
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Shape>> };
}

interface Exchange {
  readonly request: Buffer;
  readonly answer: Buffer;
}

/** What is said between our client and the double, in order. */
async function listening(double: TestAltinn): Promise<{ readonly tap: Tap; readonly said: Exchange[] }> {
  const tap = await startTap(() => new URL(double.url).origin);
  const said: Exchange[] = [];
  let request: Buffer = Buffer.alloc(0);
  tap.change = (octets, direction) => {
    if (direction === 'request') request = octets;
    else said.push({ request, answer: octets });
    return octets;
  };
  return { tap, said };
}

describe('Altinn, as published', function () {
  this.timeout(20_000);
  let double: TestAltinn;
  let tap: Tap;
  let said: Exchange[];
  before(function () {
    if (!existsSync(shared)) this.skip();
  });
  beforeEach(async () => {
    double = await startAltinn();
    ({ tap, said } = await listening(double));
  });
  afterEach(async () => {
    await tap.stop();
    await double.stop();
  });
  const where = () => ({ url: `${tap.url}/altinn`, maskinporten: double.maskinporten });

  /** Where a call stands in the OpenAPI. */
  function operationOf(api: Api, line: string) {
    const [method = '', path = ''] = line.split(' ');
    const pattern = path
      .replace(/^\/altinn/, '')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, path.includes('/attachment') ? '{attachmentId}' : '{correspondenceId}');
    return api.paths[pattern]?.[method.toLowerCase()];
  }

  it('OpenAPI: every request and every answer, of letters that are taken and of those that are refused', async () => {
    const api = JSON.parse(published('altinn-correspondence-v1.json')) as Api;
    const check = violationsOf(api.components.schemas);
    const one = clients.rest(where());
    const id = randomUUID();
    await given(one, {}, id);
    await given(one, {}, id);
    await given(one, { mottaker: utenAdresse, varsel: { epost: 'e', sms: 's', gjentas: false } });
    await given(one, { mottaker: '15819010029', varsel: null, trossReservasjon: true, taushetsbelagt: true });
    await one.statuser([double.meldinger[0]?.id ?? '', randomUUID()]);
    double.behaviour.refuse = 1003;
    await one.send(altinnbrev(), randomUUID());
    behave(double);
    const lines = double.spurt.filter((line) => line.includes('/altinn/'));
    expect(lines).to.have.length(said.length);
    let held = 0;
    for (const [i, line] of lines.entries()) {
      if (line.includes('/exchange/')) continue;
      const operation = operationOf(api, line);
      expect(operation, line).not.to.equal(undefined);
      const exchange = said[i] as Exchange;
      const asked = operation?.requestBody?.content?.['application/json']?.schema;
      const name = (schema: Shape | undefined): string => schema?.$ref?.replace(/.*\//, '') ?? '';
      if (asked !== undefined)
        expect(check(name(asked), JSON.parse(exchange.request.toString())), line).to.deep.equal([]);
      const answer = JSON.parse(exchange.answer.toString()) as { status?: unknown };
      const status = typeof answer.status === 'number' ? String(answer.status) : '200';
      const told = operation?.responses[status];
      expect(told, `${line} answered with ${status}`).not.to.equal(undefined);
      const [shape] = Object.values(told?.content ?? {});
      if (shape?.schema.$ref !== undefined && status === '200')
        expect(check(name(shape.schema), answer), `answer to ${line}`).to.deep.equal([]);
      held++;
    }
    expect(held).to.be.greaterThan(20);
  });

  it('WSDL: every request and every answer of the Basic service', async () => {
    const check = schemaOfWsdl(
      'altinn-published:/',
      published('CorrespondenceAgencyExternalBasic.wsdl').replace(
        /<xsd:schema|<xs:schema/g,
        (tag) => `${tag}${tag === '<xsd:schema' ? ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"' : ''}`,
      ),
    );
    const one = clients.soap(where());
    await given(one);
    await given(one, { taushetsbelagt: true, varsel: null, mottaker: '15819010029' });
    double.behaviour.refuse = 1;
    await one.send(altinnbrev(), randomUUID());
    expect(said).to.have.length(3);
    for (const octets of said.flatMap(({ request, answer }) => [request, answer])) {
      const small = octets.toString().replace(/(Data>)[A-Za-z0-9+/=]+</g, '$1AAAA<');
      const [body] = childrenNamed(parse(Buffer.from(small)), SOAP11, 'Body');
      const [child] = body === undefined ? [] : childElements(body);
      expect(child && check(child)).to.equal('');
    }
  });
});
