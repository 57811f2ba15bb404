/*
 * gSOAP sends a letter to SvarUt by stubs made from the WSDL, its document in a part of its own (MTOM), and asks for its status.
 *
 *   svarut URL USER PASSWORD FILE
 *
 * Its C stubs know no derived types, so the letter has a postal address only. Prints one JSON object; exit 0 = answered, 1 = SOAP fault.
 */
#include "ForsendelsesServiceV9SoapBinding.nsmap"
#include "soapH.h"
#include "gsoap-document.h"

static int fault(struct soap *soap) {
  if (!soap->fault)
    return soap_print_fault(soap, stderr), 3;
  printf("\"feil\":\"%s\"}\n", *soap_faultstring(soap));
  return 1;
}

/* gSOAP forgets the user after each call. */
static void authorise(struct soap *soap, char **argv) {
  soap->userid = argv[2];
  soap->passwd = argv[3];
}

static int status(struct soap *soap, char **argv, char *id, struct t__retrieveForsendelseStatusResponse *answer) {
  struct t__retrieveForsendelseStatus request = {0};
  request.forsendelsesid = id;
  authorise(soap, argv);
  return soap_call___t__retrieveForsendelseStatus(soap, argv[1], NULL, &request, answer);
}

int main(int argc, char **argv) {
  struct soap *soap = soap_new1(SOAP_XML_INDENT);
  struct t__sendForsendelse request = {0};
  struct t__sendForsendelseResponse sent = {0};
  struct t__retrieveForsendelseStatusResponse answer = {0};
  struct t__forsendelse letter = {0};
  struct t__dokument document = {0};
  struct t__adresse to = {0};
  struct t__postAdresse paper = {0};
  if (argc < 5)
    return fprintf(stderr, "usage: svarut URL USER PASSWORD FILE\n"), 3;
  soap_set_mode(soap, SOAP_C_UTFSTRING);
  readFile(soap, argv[4], &document.data);
  document.data.id = "cid:brev@gsoap.example";
  document.data.type = "application/pdf";
  document.filnavn = "brev.pdf";
  document.mimetype = "application/pdf";
  paper.navn = "Ola Nordmann";
  paper.adresse1 = "Gata 1";
  paper.postnr = "0192";
  paper.poststed = "Oslo";
  to.postAdresse = &paper;
  letter.tittel = "Brev fra gSOAP";
  letter.avgivendeSystem = "gsoap";
  letter.mottaker = &to;
  letter.__sizedokumenter = 1;
  letter.dokumenter = &document;
  request.forsendelse = &letter;
  printf("{\"engine\":\"%s\",", CLIENT);
  soap_set_omode(soap, SOAP_ENC_MTOM);
  authorise(soap, argv);
  if (soap_call___t__sendForsendelse(soap, argv[1], NULL, &request, &sent))
    return fault(soap);
  soap_clr_omode(soap, SOAP_ENC_MTOM);
  if (status(soap, argv, sent.return_, &answer))
    return fault(soap);
  printf("\"sendt\":{\"forsendelsesId\":\"%s\",\"status\":\"%s\"},", sent.return_,
         soap_t__forsendelseStatus2s(soap, *answer.return_));
  return status(soap, argv, "00000000-0000-4000-8000-000000000000", &answer) ? fault(soap) : 3;
}
