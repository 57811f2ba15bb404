"""zeep sends a letter to SvarUt by the WSDL alone, and asks what became of it.

    /usr/bin/python3 svarut.py URL USER PASSWORD FILE

Debian: python3-zeep. Prints one JSON object; exit 0 = answered, 1 = SOAP fault.
"""

import json
import os
import sys
import time

import requests
import zeep
from zeep.transports import Transport


def letter(client, path):
    with open(path, "rb") as file:
        content = file.read()
    person = client.get_type("{http://www.ks.no/svarut/servicesV9}personDigitalAdresse")
    return dict(
        tittel="Brev fra zeep",
        avgivendeSystem="zeep",
        eksternref="zeep-ref",
        dokumenter=[
            dict(data=content, filnavn=os.path.basename(path), mimetype="application/pdf", ekskluderesFraPrint=False, skalSigneres=False)
        ],
        krevNiva4Innlogging=False,
        kryptert=False,
        kunDigitalLevering=False,
        svarPaForsendelseLink=False,
        signaturtype=zeep.xsd.Nil,
        signeringUtloper=zeep.xsd.Nil,
        mottaker=dict(
            digitalAdresse=person(fnr="03823012011"),
            postAdresse=dict(navn="Ola Nordmann", adresse1="Gata 1", postnr="0192", poststed="Oslo"),
        ),
    )


def main():
    url, user, password, path = sys.argv[1:]
    report = {"engine": f"zeep {zeep.__version__}"}
    session = requests.Session()
    session.auth = (user, password)
    try:
        client = zeep.Client(url + "?wsdl", transport=Transport(session=session))
        service = client.service
        reserved = service.startNyForsendelse()
        sent = service.sendForsendelseMedId(forsendelse=letter(client, path), forsendelsesid=reserved)
        for _ in range(150):
            (status,) = service.retrieveForsendelseStatuser(forsendelseider=[sent])
            if status.forsendelseStatus == "PRINTET":
                break
            time.sleep(0.2)
        history = service.retrieveForsendelseHistorikk(forsendelsesid=sent)
        service.setForsendelseLestAvEksterntSystem(forsendelsesid=sent, lestAvFodselsnummer="03823012011")
        report["sendt"] = {"forsendelsesId": sent, "status": status.forsendelseStatus}
        report["etterpaa"] = service.retrieveForsendelseStatus(forsendelsesid=sent)
        report["historikk"] = [line.tidspunkt for line in history]
        report["typer"] = service.retreiveForsendelseTyper()
        report["systemer"] = [s.mottakersystem for s in service.retrieveMottakerSystemForOrgnr("310000108")]
        report["ider"] = service.retrieveForsendelseIdByEksternRef("zeep-ref")
        service.retrieveForsendelseStatus(forsendelsesid="00000000-0000-4000-8000-000000000000")
        code = 0
    except zeep.exceptions.Fault as fault:
        report["feil"] = fault.message
        code = 1
    print(json.dumps(report, ensure_ascii=False))
    return code


sys.exit(main())
