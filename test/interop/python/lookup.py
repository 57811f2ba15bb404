"""zeep as a client of the look-up service: zeep signs, libxmlsec decrypts and verifies, zeep parses the answer.

    /usr/bin/python3 lookup.py URL CERTS OPERATION [--behov NAME]... [--fra N] [--paa-vegne-av ORG] [--as NAME] [ID...]

Debian: python3-zeep python3-xmlsec. Prints one JSON object; exit 0 = answered, 1 = SOAP fault, 2 = the answer is not acceptable.
"""

import argparse
import base64
import datetime
import json
import subprocess
import sys

import xmlsec
import zeep
import zeep.wsse.signature
from lxml import etree
from zeep.wsse.compose import Compose
from zeep.wsse.signature import BinarySignature
from zeep.wsse.utils import get_security_header

ENV = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
OPPSLAG = "http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02"
NS = {
    "env": ENV,
    "wsse": WSSE,
    "wsu": WSU,
    "wsse11": "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
}
TJENESTEEIER = "serialNumber=991825827"


class AnswerRefused(Exception):
    """The answer is not what the profile promises; the text says which check failed."""


class Timestamp:
    def apply(self, envelope, headers):
        security = get_security_header(envelope)
        timestamp = etree.SubElement(security, etree.QName(WSU, "Timestamp"), nsmap={"wsu": WSU})
        now = datetime.datetime.now(datetime.timezone.utc)
        for name, at in (("Created", now), ("Expires", now + datetime.timedelta(seconds=120))):
            etree.SubElement(timestamp, etree.QName(WSU, name)).text = at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        return envelope, headers

    def verify(self, envelope):
        pass


class Signature(BinarySignature):
    """zeep signs Body and Timestamp only; the Oppslagstjenesten header is signed along with the Body when it is there."""

    def apply(self, envelope, headers):
        sign_node = zeep.wsse.signature._sign_node

        def sign_body_and_header(ctx, signature, target, digest_method=None):
            sign_node(ctx, signature, target, digest_method)
            header = envelope.find(f"{{{ENV}}}Header/{{{OPPSLAG}}}Oppslagstjenesten")
            if header is not None and etree.QName(target).localname == "Body":
                sign_node(ctx, signature, header, digest_method)

        zeep.wsse.signature._sign_node = sign_body_and_header
        try:
            return super().apply(envelope, headers)
        finally:
            zeep.wsse.signature._sign_node = sign_node

    def verify(self, envelope):
        pass


class EncryptedAnswer:
    """Decrypts the answer in place and refuses it unless signature, certificate and SignatureConfirmation hold."""

    def __init__(self, certs, name):
        self.certs, self.name, self.sent, self.checks = certs, name, None, []

    def apply(self, envelope, headers):
        self.sent = one(envelope, "//ds:SignatureValue").text
        return envelope, headers

    def verify(self, envelope):
        if envelope.find(f"{{{ENV}}}Body/{{{ENV}}}Fault") is not None:
            return
        for check in (self.decrypt, self.signature, self.certificate, self.confirmation):
            try:
                check(envelope)
            except (xmlsec.Error, subprocess.CalledProcessError) as error:
                raise AnswerRefused(f"{check.__name__}: {error}") from error
            self.checks.append(check.__name__)

    def decrypt(self, envelope):
        context = xmlsec.EncryptionContext()
        context.key = xmlsec.Key.from_file(f"{self.certs}/{self.name}.key.pem", xmlsec.KeyFormat.PEM)
        content_key = context.decrypt(one(envelope, "/env:Envelope/env:Header/wsse:Security/xenc:EncryptedKey"))
        context = xmlsec.EncryptionContext()
        context.key = xmlsec.Key.from_binary_data(xmlsec.KeyData.AES, content_key)
        context.decrypt(one(envelope, "/env:Envelope/env:Body/xenc:EncryptedData"))

    def signature(self, envelope):
        signature = one(envelope, "/env:Envelope/env:Header/wsse:Security/ds:Signature")
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self.pem(envelope), xmlsec.KeyFormat.CERT_PEM)
        for element in envelope.xpath("//*[@wsu:Id]", namespaces=NS):
            context.register_id(element, "Id", WSU)
        context.verify(signature)
        signed = {uri[1:] for uri in signature.xpath("ds:SignedInfo/ds:Reference/@URI", namespaces=NS)}
        for path in ("env:Body", "env:Header/wsse:Security/wsu:Timestamp", "env:Header/wsse:Security/wsse11:SignatureConfirmation"):
            if one(envelope, f"/env:Envelope/{path}").get(f"{{{WSU}}}Id") not in signed:
                raise AnswerRefused(f"signature: {path} is not signed")

    def certificate(self, envelope):
        pem = self.pem(envelope)
        openssl("verify", "-CAfile", f"{self.certs}/ca.pem", stdin=pem)
        if TJENESTEEIER not in openssl("x509", "-noout", "-subject", "-nameopt", "RFC2253,sname", stdin=pem):
            raise AnswerRefused(f"certificate: the signer is not {TJENESTEEIER}")

    def confirmation(self, envelope):
        confirmed = one(envelope, "//wsse11:SignatureConfirmation").get("Value")
        if "".join(confirmed.split()) != "".join(self.sent.split()):
            raise AnswerRefused("confirmation: the answer belongs to another request")

    def pem(self, envelope):
        token = "".join(one(envelope, "/env:Envelope/env:Header/wsse:Security/wsse:BinarySecurityToken").text.split())
        return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(base64.b64decode(token)) + b"-----END CERTIFICATE-----\n"


def one(tree, path):
    found = tree.xpath(path, namespaces=NS)
    if len(found) != 1:
        raise AnswerRefused(f"expected one {path}, found {len(found)}")
    return found[0]


def openssl(*args, stdin):
    return subprocess.run(["openssl", *args], input=stdin, capture_output=True, check=True).stdout.decode()


def person(p):
    kontakt, postkasse = p.Kontaktinformasjon, p.SikkerDigitalPostAdresse
    mobil = kontakt and kontakt.Mobiltelefonnummer
    epost = kontakt and kontakt.Epostadresse
    return {
        "personidentifikator": p.personidentifikator,
        "reservasjon": p.reservasjon,
        "status": p.status,
        "varslingsstatus": p.varslingsstatus,
        "mobiltelefonnummer": mobil and mobil._value_1,
        "epostadresse": epost and epost._value_1,
        "postkasseadresse": postkasse and postkasse.postkasseadresse,
        "postkasseleverandoerAdresse": postkasse and postkasse.postkasseleverandoerAdresse,
        "x509Sertifikat": base64.b64encode(p.X509Sertifikat).decode() if p.X509Sertifikat else None,
    }


def call(service, args, headers):
    if args.operation == "HentPersoner":
        answer = service.HentPersoner(informasjonsbehov=args.behov, personidentifikator=args.ids, _soapheaders=headers)
        return {"personer": [person(p) for p in answer]}
    if args.operation == "HentEndringer":
        answer = service.HentEndringer(informasjonsbehov=args.behov, fraEndringsNummer=args.fra, _soapheaders=headers)
        numbers = ("fraEndringsNummer", "tilEndringsNummer", "senesteEndringsNummer")
        return {**{n: answer[n] for n in numbers}, "personer": [person(p) for p in answer.Person]}
    answer = service.HentPrintSertifikat(_soapheaders=headers)
    return {
        "postkasseleverandoerAdresse": answer.postkasseleverandoerAdresse,
        "x509Sertifikat": base64.b64encode(answer.X509Sertifikat).decode(),
    }


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("certs")
    parser.add_argument("operation", choices=["HentPersoner", "HentEndringer", "HentPrintSertifikat"])
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--behov", action="append", default=[])
    parser.add_argument("--fra", type=int, default=1)
    parser.add_argument("--paa-vegne-av")
    parser.add_argument("--as", dest="name", default="sender")
    return parser.parse_intermixed_args()


def main():
    args = arguments()
    answered = EncryptedAnswer(args.certs, args.name)
    signature = Signature(
        f"{args.certs}/{args.name}.key.pem",
        f"{args.certs}/{args.name}.cert.pem",
        signature_method=xmlsec.Transform.RSA_SHA256,
        digest_method=xmlsec.Transform.SHA256,
    )
    report = {"engine": f"zeep {zeep.__version__}", "operasjon": args.operation}
    try:
        client = zeep.Client(args.url + "?wsdl", wsse=Compose([Timestamp(), signature, answered]))
        headers = {"Oppslagstjenesten": {"PaaVegneAv": args.paa_vegne_av}} if args.paa_vegne_av else None
        report["svar"] = call(client.service, args, headers)
        report["kontroller"] = answered.checks
        code = 0
    except zeep.exceptions.Fault as fault:
        subcodes = [etree.QName(s).localname if isinstance(s, etree.QName) else str(s) for s in fault.subcodes or []]
        report["feil"] = {"kode": fault.code, "underkode": subcodes[0] if subcodes else None, "tekst": fault.message}
        code = 1
    except AnswerRefused as refused:
        report["avvist"] = str(refused)
        code = 2
    print(json.dumps(report, ensure_ascii=False))
    return code


sys.exit(main())
