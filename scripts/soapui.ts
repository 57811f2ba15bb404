import { writeFileSync } from 'node:fs';
import { soapUiProject } from './soapui/project.js';

/* Writes the SoapUI project from its tables in scripts/soapui/. */

const file = new URL('../wsdl/soapui/posthorn-soapui-project.xml', import.meta.url);
writeFileSync(file, soapUiProject());
console.log('Wrote wsdl/soapui/posthorn-soapui-project.xml');
