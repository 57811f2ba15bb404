import { AsyncLocalStorage } from 'node:async_hooks';
import { createPrivateKey } from 'node:crypto';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import { listen } from 'soap';
import { PATH } from '../../../src/contract/oppslagstjenesten/names.js';
import { serve } from '../support/serve.js';
import { person } from './answer.js';
import { createProtect } from './protect.js';
import { openRegister } from './register.js';
import { createVerify, type Verified } from './verify.js';

/*
 * The same service built the plain way, from well-known parts: express reads the body, xml-crypto verifies it, the `soap` server decodes
 * it and calls the handler, xml-crypto signs the answer and node:crypto encrypts it.
 */

const certs = process.env['BENCH_CERTS'] ?? '';
const register = openRegister(process.env['BENCH_DATABASE'] ?? '');
const verify = createVerify(readFileSync(join(certs, 'issuing.pem')));
const protect = createProtect(
  createPrivateKey(readFileSync(join(certs, 'oppslagstjenesten.key.pem'))),
  readFileSync(join(certs, 'oppslagstjenesten.cert.pem'), 'utf8'),
);

interface Forespoersel {
  readonly informasjonsbehov: string | string[];
  readonly personidentifikator: string | string[];
}

const callers = new AsyncLocalStorage<Verified>();
const caller = (): Verified => {
  const verified = callers.getStore();
  if (verified === undefined) throw new Error('no verified request');
  return verified;
};

function hentPersoner(request: Forespoersel): object {
  const ids = [request.personidentifikator].flat();
  register.record(caller(), ids);
  const found = register.lookUp(ids, [request.informasjonsbehov].flat());
  return { 'b:Person': found.map((svar) => person(svar, register.certificates)) };
}

const app = express();
app.use(express.raw({ type: () => true, limit: '1mb' }));
app.post(PATH, (request, _response, next) => {
  const verified = verify(String(request.body), new Date());
  register.checkAccess(verified);
  callers.run(verified, next);
});

const wsdl = join(import.meta.dirname, '../../../wsdl/oppslagstjeneste-16-02.wsdl');
const soapServer = listen(app, {
  path: PATH,
  xml: readFileSync(wsdl, 'utf8'),
  uri: wsdl,
  forceSoap12Headers: true,
  services: { 'oppslagstjeneste-16-02': { oppslagstjeneste_SOAP12: { HentPersoner: hentPersoner } } },
});
soapServer.on('response', (response: { result: string }) => {
  response.result = protect(response.result, caller(), new Date());
});

await serve(createServer(app));
