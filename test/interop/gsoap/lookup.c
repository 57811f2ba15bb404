/*
 * gSOAP as a client of the look-up service: typed stubs from the WSDL, security by gSOAP's own wsse plugin in both directions.
 *
 *   lookup URL CERTS OPERATION [--behov NAME]... [--fra N] [--paa-vegne-av ORG] [--as NAME] [ID...]
 *
 * Prints one JSON object; exit 0 = answered, 1 = SOAP fault, 2 = the answer is not acceptable.
 */
#include "oppslagstjeneste_16_02_USCORESOAP12Binding.nsmap"
#include "wsseapi.h"
#include "xmlenc.h"

#define ENV "http://www.w3.org/2003/05/soap-envelope"
#define WSU "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
/* gSOAP's namespace table holds the 1.1 names equal to these, so SignatureConfirmation is found under the 1.0 name. */
#define WSSE "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define TJENESTEEIER "991825827"
#define MOST 1000

static struct {
  const char *url, *certs, *operation, *name, *paaVegneAv;
  LONG64 fra;
  enum oppslag__informasjonsbehov behov[8];
  char *ids[MOST];
  int behovCount, idCount;
} args = {.name = "sender", .fra = 1};

static void json(const char *text) {
  if (!text) {
    printf("null");
    return;
  }
  putchar('"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\')
      putchar('\\');
    if ((unsigned char)*text < ' ')
      printf("\\u%04x", *text);
    else
      putchar(*text);
  }
  putchar('"');
}

static void member(const char *name, const char *value) {
  printf("\"%s\":", name);
  json(value);
}

static void begin(void) {
  putchar('{');
  member("engine", CLIENT);
  putchar(',');
  member("operasjon", args.operation);
  putchar(',');
}

static int refused(const char *reason) {
  begin();
  member("avvist", reason);
  printf("}\n");
  return 2;
}

static void person(struct soap *soap, const struct begrep__Person *p) {
  struct begrep__Kontaktinformasjon none = {0}, *kontakt = p->Kontaktinformasjon ? p->Kontaktinformasjon : &none;
  struct begrep__SikkerDigitalPostAdresse *postkasse = p->SikkerDigitalPostAdresse;
  const struct xsd__base64Binary *der = &p->X509Sertifikat;
  putchar('{');
  member("personidentifikator", p->personidentifikator);
  putchar(',');
  member("reservasjon", p->reservasjon ? soap_begrep__reservasjon2s(soap, *p->reservasjon) : NULL);
  putchar(',');
  member("status", p->status ? soap_begrep__status2s(soap, *p->status) : NULL);
  putchar(',');
  member("varslingsstatus", p->varslingsstatus ? soap_begrep__varslingsstatus2s(soap, *p->varslingsstatus) : NULL);
  putchar(',');
  member("mobiltelefonnummer", kontakt->Mobiltelefonnummer ? kontakt->Mobiltelefonnummer->__item : NULL);
  putchar(',');
  member("epostadresse", kontakt->Epostadresse ? kontakt->Epostadresse->__item : NULL);
  putchar(',');
  member("postkasseadresse", postkasse ? postkasse->postkasseadresse : NULL);
  putchar(',');
  member("postkasseleverandoerAdresse", postkasse ? postkasse->postkasseleverandoerAdresse : NULL);
  putchar(',');
  member("x509Sertifikat", der->__size ? soap_s2base64(soap, der->__ptr, NULL, der->__size) : NULL);
  putchar('}');
}

static void persons(struct soap *soap, const struct begrep__Person *list, int count) {
  printf("\"personer\":[");
  for (int i = 0; i < count; i++) {
    if (i)
      putchar(',');
    person(soap, &list[i]);
  }
  putchar(']');
}

/*
 * Signs everything that has a wsu:Id: Timestamp, Body, the token itself and the Oppslagstjenesten header; gSOAP's ordinary way.
 * Created has whole seconds, so a fresh Id is what keeps two equal requests of one second apart: the second would be a replay.
 */
static int sign(struct soap *soap, EVP_PKEY *key, X509 *certificate) {
  soap_wsse_set_wsu_id(soap, "oppslag:Oppslagstjenesten");
  const char *id = soap_strdup(soap, soap_rand_uuid(soap, "TS-"));
  return soap_wsse_add_Timestamp(soap, id, 120) || soap_wsse_add_BinarySecurityTokenX509(soap, "X509Token", certificate) ||
         soap_wsse_add_KeyInfo_SecurityTokenReferenceX509(soap, "#X509Token") ||
         soap_wsse_sign_body(soap, SOAP_SMD_SIGN_RSA_SHA256, key, 0);
}

static struct soap_dom_element *find(struct soap_dom_element *from, const char *namespace, const char *name) {
  return from ? soap_dom_find(from, from, namespace, name, 0) : NULL;
}

/* NULL when every check holds, else the one that failed. The signature value itself was verified while gSOAP read the answer. */
static const char *unacceptable(struct soap *soap, const char *sent) {
  struct soap_dom_element *confirmation;
  const char *value;
  char org[16] = "";
  X509 *signer;
  if (!xmlenc_opened)
    return "decrypt: the Body was not encrypted";
  /* Not soap_wsse_verify_body: it counts a Body twice that follows a signed last child of Security, and then refuses it. */
  if (!soap_wsse_verify_element(soap, ENV, "Body"))
    return "signature: Body is not signed";
  if (soap_wsse_verify_Timestamp(soap) || !soap_wsse_verify_element(soap, WSU, "Timestamp"))
    return "signature: Timestamp is not valid and signed";
  if (!soap_wsse_verify_element(soap, WSSE, "SignatureConfirmation"))
    return "signature: SignatureConfirmation is not signed";
  signer = soap_wsse_get_BinarySecurityTokenX509(soap, NULL);
  if (!signer || soap_wsse_verify_X509(soap, signer))
    return "certificate: not issued by a trusted authority";
  X509_NAME_get_text_by_NID(X509_get_subject_name(signer), NID_serialNumber, org, sizeof org);
  X509_free(signer);
  if (strcmp(org, TJENESTEEIER))
    return "certificate: the signer is not " TJENESTEEIER;
  confirmation = find(soap->dom, WSSE, "SignatureConfirmation");
  value = confirmation ? soap_att_get_text(soap_att_get(confirmation, NULL, "Value")) : NULL;
  if (!value || strcmp(value, sent))
    return "confirmation: the answer belongs to another request";
  return NULL;
}

/* Read from the tree: the wsse plugin replaces an unsigned fault by its own complaint that the signature is missing. */
static int fault(struct soap *soap) {
  struct soap_dom_element *fault = find(soap->dom, ENV, "Fault"), *code = find(fault, ENV, "Code"), *subcode = find(code, ENV, "Subcode");
  const char *sub = subcode ? soap_elt_get_text(find(subcode, ENV, "Value")) : NULL;
  if (!fault) {
    soap_print_fault(soap, stderr);
    return refused(soap_fault_string(soap) ? soap_fault_string(soap) : "no answer");
  }
  begin();
  printf("\"feil\":{");
  member("kode", soap_elt_get_text(find(code, ENV, "Value")));
  putchar(',');
  member("underkode", sub && strchr(sub, ':') ? strchr(sub, ':') + 1 : sub);
  putchar(',');
  member("tekst", soap_elt_get_text(find(fault, ENV, "Text")));
  printf("}}\n");
  return 1;
}

struct answer {
  struct _oppslag__HentPersonerRespons personer;
  struct _oppslag__HentEndringerRespons endringer;
  struct _oppslag__HentPrintSertifikatRespons print;
};

static int call(struct soap *soap, struct answer *answer) {
  struct _oppslag__HentPersonerForespoersel personer = {args.behovCount, args.behov, args.idCount, args.ids};
  struct _oppslag__HentEndringerForespoersel endringer = {args.behovCount, args.behov, args.fra};
  struct _oppslag__HentPrintSertifikatForespoersel print;
  if (!strcmp(args.operation, "HentPersoner"))
    return soap_call___tjeneste__HentPersoner(soap, args.url, "", &personer, &answer->personer);
  if (!strcmp(args.operation, "HentEndringer"))
    return soap_call___tjeneste__HentEndringer(soap, args.url, "", &endringer, &answer->endringer);
  return soap_call___tjeneste__HentPrintSertifikat(soap, args.url, "", &print, &answer->print);
}

static int report(struct soap *soap, const struct answer *answer) {
  const struct xsd__base64Binary *der = &answer->print.X509Sertifikat;
  begin();
  printf("\"svar\":{");
  if (!strcmp(args.operation, "HentPersoner"))
    persons(soap, answer->personer.begrep__Person, answer->personer.__sizePerson);
  else if (!strcmp(args.operation, "HentEndringer")) {
    printf("\"fraEndringsNummer\":%lld,\"tilEndringsNummer\":%lld,\"senesteEndringsNummer\":%lld,",
           (long long)answer->endringer.fraEndringsNummer, (long long)answer->endringer.tilEndringsNummer,
           (long long)answer->endringer.senesteEndringsNummer);
    persons(soap, answer->endringer.begrep__Person, answer->endringer.__sizePerson);
  } else {
    member("postkasseleverandoerAdresse", answer->print.postkasseleverandoerAdresse);
    putchar(',');
    member("x509Sertifikat", soap_s2base64(soap, der->__ptr, NULL, der->__size));
  }
  printf("},\"kontroller\":[\"decrypt\",\"signature\",\"certificate\",\"confirmation\"]}\n");
  return 0;
}

static void readArguments(struct soap *soap, int argc, char **argv) {
  args.url = argv[1], args.certs = argv[2], args.operation = argv[3];
  for (int i = 4; i < argc; i++) {
    if (!strcmp(argv[i], "--behov"))
      soap_s2oppslag__informasjonsbehov(soap, argv[++i], &args.behov[args.behovCount++ % 8]);
    else if (!strcmp(argv[i], "--fra"))
      args.fra = atoll(argv[++i]);
    else if (!strcmp(argv[i], "--paa-vegne-av"))
      args.paaVegneAv = argv[++i];
    else if (!strcmp(argv[i], "--as"))
      args.name = argv[++i];
    else if (args.idCount < MOST)
      args.ids[args.idCount++] = argv[i];
  }
}

static FILE *openNamed(struct soap *soap, const char *suffix) {
  char *path = soap_malloc(soap, strlen(args.certs) + strlen(args.name) + 32);
  FILE *file;
  sprintf(path, "%s/%s%s", args.certs, args.name, suffix);
  if (!(file = fopen(path, "r")))
    perror(path), exit(3);
  return file;
}

int main(int argc, char **argv) {
  struct soap *soap = soap_new1(SOAP_XML_CANONICAL);
  struct _oppslag__Oppslagstjenesten paaVegneAv = {0};
  struct answer answer = {0};
  struct _wsse__Security *sent;
  const char *reason;
  char *ca;
  FILE *file;
  if (argc < 4)
    return fprintf(stderr, "usage: lookup URL CERTS OPERATION [option...] [ID...]\n"), 3;
  soap_set_mode(soap, SOAP_C_UTFSTRING);
  readArguments(soap, argc, argv);
  file = openNamed(soap, ".key.pem");
  EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
  fclose(file);
  file = openNamed(soap, ".cert.pem");
  X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
  fclose(file);
  ca = malloc(strlen(args.certs) + 8);
  sprintf(ca, "%s/ca.pem", args.certs);
  soap->cafile = ca;

  soap_register_plugin(soap, soap_wsse);
  soap_wsse_verify_auto(soap, SOAP_SMD_NONE, NULL, 0);
  soap_wsse_decrypt_auto(soap, SOAP_MEC_ENV_DEC_AES256_CBC | SOAP_MEC_OAEP, key, 0);
  if (sign(soap, key, certificate))
    return soap_print_fault(soap, stderr), 3;
  if (args.paaVegneAv) {
    paaVegneAv.PaaVegneAv = (char *)args.paaVegneAv;
    soap->header->oppslag__Oppslagstjenesten = &paaVegneAv;
  }
  sent = soap->header->wsse__Security;
  if (call(soap, &answer))
    return fault(soap);
  reason = unacceptable(soap, sent->ds__Signature->SignatureValue);
  return reason ? refused(reason) : report(soap, &answer);
}
