/* What the clients that send have in common: a document as gSOAP takes it. */

static void fail(const char *what) {
  perror(what);
  exit(3);
}

static void readFile(struct soap *soap, const char *path, struct xsd__base64Binary *content) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END))
    fail(path);
  content->__size = (int)ftell(file);
  content->__ptr = soap_malloc(soap, content->__size);
  rewind(file);
  if (fread(content->__ptr, 1, content->__size, file) != (size_t)content->__size)
    fail(path);
  fclose(file);
}
