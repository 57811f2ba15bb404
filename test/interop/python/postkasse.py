"""zeep calls Postkassetjenester by the WSDL alone, signed as a mailbox provider, and libxmlsec verifies the answer.

    /usr/bin/python3 postkasse.py URL CERTS PROVIDER OPERATION NAME=VALUE...

Debian: python3-zeep python3-xmlsec openssl. Prints one JSON object; exit 0 = answered, 1 = SOAP fault, 2 = the answer is not acceptable.
"""

import json
import sys

import zeep
from zeep.wsse.compose import Compose

from forsendelse import AnswerRefused, Signature, Timestamp


def main():
    url, certs, provider, operation, *pairs = sys.argv[1:]
    signature = Signature(certs, provider, service="serialNumber=991825827")
    client = zeep.Client(url + "?wsdl", wsse=Compose([Timestamp(), signature]))
    try:
        answer = client.service[operation](**dict(pair.split("=", 1) for pair in pairs))
        report, code = {"status": answer.status, "beskrivelse": answer.beskrivelse, "signerteSvar": signature.verified}, 0
    except zeep.exceptions.Fault as fault:
        report, code = {"feil": fault.message}, 1
    except AnswerRefused as refused:
        report, code = {"avvist": str(refused)}, 2
    print(json.dumps(report, ensure_ascii=False))
    return code


sys.exit(main())
