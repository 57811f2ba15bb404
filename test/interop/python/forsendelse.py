"""zeep sends a letter by the WSDL alone, and asks for its status until it is delivered.

    /usr/bin/python3 forsendelse.py URL REFERENCE RECIPIENT FILE (--user NAME --password TEXT [--attach] | --certs DIR [--as NAME])

With a user: HTTP Basic; --attach sends the document as an attachment that innholdRef names. With certificates: zeep signs Timestamp and
Body, and libxmlsec verifies each answer.
Debian: python3-zeep python3-xmlsec openssl. Prints one JSON object; exit 0 = answered, 1 = SOAP fault, 2 = the answer is not acceptable.
"""

import argparse
import base64
import datetime
import json
import os
import re
import subprocess
import sys
import time
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import SMTP

import requests
import xmlsec
import zeep
from lxml import etree
from zeep.transports import Transport
from zeep.wsse.compose import Compose
from zeep.wsse.signature import BinarySignature
from zeep.wsse.utils import get_security_header

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
NS = {"wsse": WSSE, "wsu": WSU, "ds": DS}
SERVICE = "serialNumber=310000000"
PATIENCE = 60


class AnswerRefused(Exception):
    """The answer is not what the contract promises; the text says which check failed."""


ATTACHED = "brev.pdf@zeep.example"


class AttachingTransport(Transport):
    """zeep sends no attachments, so the message is made of its envelope and `attachments` on the way out."""

    attachments = {}

    def post(self, address, message, headers):
        if not self.attachments:
            return super().post(address, message, headers)
        related = MIMEMultipart("related", type="text/xml", start="<envelope@zeep.example>")
        parts = [("envelope@zeep.example", "text/xml", message)]
        for name, kind, content in parts + [(id, "application/pdf", c) for id, c in self.attachments.items()]:
            part = MIMENonMultipart(*kind.split("/"), **({"charset": "utf-8"} if kind == "text/xml" else {}))
            part["Content-ID"] = f"<{name}>"
            coded = name == ATTACHED
            part["Content-Transfer-Encoding"] = "base64" if coded else "8bit"
            part.set_payload((base64.encodebytes(content) if coded else content).decode())
            related.attach(part)
        self.attachments = {}
        head, body = related.as_bytes(policy=SMTP).split(b"\r\n\r\n", 1)
        kind = re.search(r"Content-Type: ([^\r]*(?:\r\n[ \t][^\r]*)*)", head.decode()).group(1)
        return super().post(address, body, {**headers, "Content-Type": re.sub(r"\s+", " ", kind)})


class Timestamp:
    def apply(self, envelope, headers):
        timestamp = etree.SubElement(get_security_header(envelope), etree.QName(WSU, "Timestamp"), nsmap={"wsu": WSU})
        now = datetime.datetime.now(datetime.timezone.utc)
        for name, at in (("Created", now), ("Expires", now + datetime.timedelta(seconds=120))):
            etree.SubElement(timestamp, etree.QName(WSU, name)).text = at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        return envelope, headers

    def verify(self, envelope):
        pass


class Signature(BinarySignature):
    """zeep signs; its own check of answers wants the certificate of the service beforehand, so libxmlsec is asked for it."""

    def __init__(self, certs, name, service=SERVICE):
        super().__init__(
            f"{certs}/{name}.key.pem",
            f"{certs}/{name}.cert.pem",
            signature_method=xmlsec.Transform.RSA_SHA256,
            digest_method=xmlsec.Transform.SHA256,
        )
        self.authorities, self.service, self.verified = f"{certs}/ca.pem", service, 0

    def verify(self, envelope):
        soap = etree.QName(envelope).namespace
        body = envelope.find(f"{{{soap}}}Body")
        if body.find(f"{{{soap}}}Fault") is not None:
            return
        security = one(envelope, f"*[local-name()='Header']/wsse:Security")
        token = "".join(one(security, "wsse:BinarySecurityToken").text.split())
        pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(base64.b64decode(token)) + b"-----END CERTIFICATE-----\n"
        signature = one(security, "ds:Signature")
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.CERT_PEM)
        for element in envelope.xpath("//*[@wsu:Id]", namespaces=NS):
            context.register_id(element, "Id", WSU)
        try:
            context.verify(signature)
            openssl("verify", "-CAfile", self.authorities, stdin=pem)
        except (xmlsec.Error, subprocess.CalledProcessError) as error:
            raise AnswerRefused(f"signature: {error}") from error
        signed = {uri[1:] for uri in signature.xpath("ds:SignedInfo/ds:Reference/@URI", namespaces=NS)}
        for element in (body, one(security, "wsu:Timestamp")):
            if element.get(f"{{{WSU}}}Id") not in signed:
                raise AnswerRefused(f"signature: {etree.QName(element).localname} is not signed")
        if self.service not in openssl("x509", "-noout", "-subject", "-nameopt", "RFC2253,sname", stdin=pem):
            raise AnswerRefused(f"certificate: the signer is not {self.service}")
        self.verified += 1


def one(element, path):
    found = element.xpath(path, namespaces=NS)
    if len(found) != 1:
        raise AnswerRefused(f"expected one {path}, found {len(found)}")
    return found[0]


def openssl(*args, stdin):
    return subprocess.run(["openssl", *args], input=stdin, capture_output=True, check=True).stdout.decode()


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("url", "reference", "recipient", "file"):
        parser.add_argument(name)
    for name in ("user", "password", "certs"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--as", dest="name", default="sender")
    parser.add_argument("--attach", action="store_true")
    return parser.parse_args()


def send(service, transport, args):
    with open(args.file, "rb") as file:
        content = file.read()
    if args.attach:
        transport.attachments = {ATTACHED: content}
    return service.SendForsendelse(
        eksternRef=args.reference,
        mottaker={"id": args.recipient},
        tittel="Brev fra zeep",
        hoveddokument={
            "filnavn": os.path.basename(args.file),
            "tittel": "Brevet",
            "mimetype": "application/pdf",
            **({"innholdRef": f"cid:{ATTACHED}"} if args.attach else {"innhold": content}),
        },
    )


def until_delivered(service, reference):
    deadline = time.monotonic() + PATIENCE
    while True:
        (status,) = service.HentStatus(eksternRef=[reference])
        if status.tilstand not in ("MOTTATT", "SENDT") or time.monotonic() > deadline:
            return status
        time.sleep(0.3)


def main():
    args = arguments()
    report = {"engine": f"zeep {zeep.__version__}"}
    session = requests.Session()
    signature = None
    if args.user:
        session.auth = (args.user, args.password)
    else:
        signature = Signature(args.certs, args.name)
    try:
        wsse = signature and Compose([Timestamp(), signature])
        transport = AttachingTransport(session=session)
        client = zeep.Client(args.url + "?wsdl", transport=transport, wsse=wsse)
        if args.attach:
            client.service._binding_options["address"] = args.url
        sent = send(client.service, transport, args)
        status = until_delivered(client.service, args.reference)
        report["sendt"] = {"forsendelsesId": sent.forsendelsesId, "kanal": sent.beslutning.kanal}
        report["status"] = {
            "forsendelsesId": status.forsendelsesId,
            "tilstand": status.tilstand,
            "hendelser": [h.type for h in status.hendelse],
        }
        if signature:
            report["signerteSvar"] = signature.verified
        code = 0
    except zeep.exceptions.Fault as fault:
        report["feil"] = {"kode": fault.code, "tekst": fault.message}
        code = 1
    except AnswerRefused as refused:
        report["avvist"] = str(refused)
        code = 2
    print(json.dumps(report, ensure_ascii=False))
    return code


if __name__ == "__main__":
    sys.exit(main())
