/*
 * gSOAP sends a letter by stubs made from the WSDL, and asks for its status until it is delivered.
 *
 *   forsendelse URL REFERENCE RECIPIENT FILE --user NAME --password TEXT [--mtom]
 *
 * --mtom sends the document in a part of its own. Prints one JSON object; exit 0 = answered, 1 = SOAP fault.
 */
#include "ForsendelseSoap11.nsmap"
#include "soapH.h"
#include "gsoap-document.h"
#include <unistd.h>

#define PATIENCE 60

static int fault(struct soap *soap) {
  if (!soap->fault)
    return soap_print_fault(soap, stderr), 3;
  printf("{\"engine\":\"%s\",\"feil\":{\"kode\":\"%s %d\",\"tekst\":\"%s\"}}\n", CLIENT, *soap_faultcode(soap), soap->error,
         *soap_faultstring(soap));
  return 1;
}

static const char *user, *password;

/* gSOAP forgets the user after each call. */
static void authorise(struct soap *soap) {
  soap->userid = user;
  soap->passwd = password;
}

static struct f__status *untilDelivered(struct soap *soap, const char *url, char *reference) {
  struct _f__HentStatus request = {0};
  time_t deadline = time(NULL) + PATIENCE;
  request.__sizeeksternRef = 1;
  request.eksternRef = &reference;
  for (;;) {
    struct _f__HentStatusResponse answer = {0};
    authorise(soap);
    if (soap_call___w__HentStatus(soap, url, NULL, &request, &answer))
      return NULL;
    enum f__tilstand now = answer.status->tilstand;
    if ((now != f__tilstand__MOTTATT && now != f__tilstand__SENDT) || time(NULL) > deadline)
      return answer.status;
    usleep(300000);
  }
}

static void report(struct soap *soap, const struct _f__SendForsendelseResponse *sent, const struct f__status *status) {
  printf("{\"engine\":\"%s\",\"sendt\":{\"forsendelsesId\":\"%s\",\"kanal\":\"%s\"},", CLIENT, sent->forsendelsesId,
         soap_f__kanal2s(soap, *sent->beslutning->kanal));
  printf("\"status\":{\"forsendelsesId\":\"%s\",\"tilstand\":\"%s\",\"hendelser\":[", status->forsendelsesId,
         soap_f__tilstand2s(soap, status->tilstand));
  for (int i = 0; i < status->__sizehendelse; i++)
    printf("%s\"%s\"", i ? "," : "", soap_f__hendelsestype2s(soap, status->hendelse[i].type));
  printf("]}}\n");
}

int main(int argc, char **argv) {
  struct soap *soap = soap_new1(SOAP_XML_INDENT);
  struct _f__SendForsendelse request = {0};
  struct _f__SendForsendelseResponse sent = {0};
  struct f__mottaker mottaker = {0};
  struct f__dokument dokument = {0};
  struct f__status *status;
  if (argc < 9)
    return fprintf(stderr, "usage: forsendelse URL REFERENCE RECIPIENT FILE --user NAME --password TEXT [--mtom]\n"), 3;
  soap_set_mode(soap, SOAP_C_UTFSTRING);
  user = argv[6], password = argv[8];
  readFile(soap, argv[4], &dokument.innhold);
  if (argc > 9) {
    dokument.innhold.id = "cid:brev@gsoap.example";
    dokument.innhold.type = "application/pdf";
    soap_set_omode(soap, SOAP_ENC_MTOM);
  }
  dokument.filnavn = strrchr(argv[4], '/') + 1;
  dokument.tittel = "Brevet";
  dokument.mimetype = "application/pdf";
  mottaker.id = argv[3];
  request.eksternRef = argv[2];
  request.mottaker = &mottaker;
  request.tittel = "Brev fra gSOAP";
  request.hoveddokument = &dokument;
  authorise(soap);
  if (soap_call___w__SendForsendelse(soap, argv[1], NULL, &request, &sent))
    return fault(soap);
  soap_clr_omode(soap, SOAP_ENC_MTOM);
  if (!(status = untilDelivered(soap, argv[1], argv[2])))
    return fault(soap);
  report(soap, &sent, status);
  return 0;
}
