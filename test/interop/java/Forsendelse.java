import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.components.crypto.Merlin;
import org.apache.ws.security.handler.RequestData;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * WSS4J as a client of Forsendelse: it signs Timestamp and Body of each request and verifies each answer, with the rules of the Basic
 * Security Profile on.
 *
 * <pre>Forsendelse URL REFERENCE RECIPIENT FILE --certs DIR [--mtom | --attach]</pre>
 *
 * --mtom optimises the message after it is signed, as CXF does; --attach signs the document as an attachment that innholdRef names.
 *
 * Prints one JSON object; exit 0 = answered, 1 = SOAP fault, 2 = the answer is not acceptable.
 */
public final class Forsendelse {
  private static final String TNS = "urn:posthorn:forsendelse:v1";
  private static final String SERVICE = "serialNumber=310000000";
  private static final long PATIENCE = 60_000;

  private static final String XOP = "http://www.w3.org/2004/08/xop/include";
  private static final String ATTACHED = "brev.pdf@wss4j.example";
  private static final String BOUNDARY = "MIME-wss4j";

  private final String url;
  private final String way;
  private final Security security;
  private final Merlin trust;
  private int verified;

  private Forsendelse(String url, String certs, String way) throws Exception {
    this.url = url;
    this.way = way;
    security = new Security(certs, "sender");
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    try (InputStream in = Files.newInputStream(Path.of(certs, "ca.pem"))) {
      int n = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        anchors.setCertificateEntry("ca" + n++, certificate);
      }
    }
    trust = new Merlin();
    trust.setTrustStore(anchors);
  }

  private static final class Fault extends Exception {
    private final transient Map<String, Object> report = new LinkedHashMap<>();
  }

  public static void main(String[] words) throws Exception {
    var report = new LinkedHashMap<String, Object>();
    report.put("engine", "WSS4J");
    int code = 0;
    try {
      new Forsendelse(words[0], words[5], words.length > 6 ? words[6] : "").run(words[1], words[2], Path.of(words[3]), report);
    } catch (Fault fault) {
      report.put("feil", fault.report);
      code = 1;
    } catch (org.apache.ws.security.WSSecurityException | IllegalStateException refused) {
      report.put("avvist", refused.getMessage());
      code = 2;
    }
    System.out.write((Json.of(report) + "\n").getBytes(StandardCharsets.UTF_8));
    System.out.flush();
    System.exit(code);
  }

  private void run(String reference, String recipient, Path file, Map<String, Object> report) throws Exception {
    byte[] octets = Files.readAllBytes(file);
    String content = way.equals("--attach") ? "<f:innholdRef>cid:" + ATTACHED + "</f:innholdRef>"
        : "<f:innhold>" + (way.equals("--mtom") ? Base64.getEncoder().encodeToString(octets)
            : Base64.getMimeEncoder().encodeToString(octets).replace("\r", "")) + "</f:innhold>";
    Element sent = call("<f:SendForsendelse xmlns:f=\"" + TNS + "\"><f:eksternRef>" + reference + "</f:eksternRef><f:mottaker><f:id>"
        + recipient + "</f:id></f:mottaker><f:tittel>Brev fra WSS4J</f:tittel><f:hoveddokument><f:filnavn>" + file.getFileName()
        + "</f:filnavn><f:tittel>Brevet</f:tittel><f:mimetype>application/pdf</f:mimetype>" + content
        + "</f:hoveddokument></f:SendForsendelse>", way.isEmpty() ? null : octets);
    Element status = untilDelivered(reference);
    var out = new LinkedHashMap<String, Object>();
    out.put("forsendelsesId", Names.text(sent, TNS, "forsendelsesId"));
    out.put("kanal", Names.text(sent, TNS, "beslutning", "kanal"));
    report.put("sendt", out);
    var seen = new LinkedHashMap<String, Object>();
    seen.put("forsendelsesId", Names.text(status, TNS, "forsendelsesId"));
    seen.put("tilstand", Names.text(status, TNS, "tilstand"));
    seen.put("hendelser", Names.children(status).stream().filter(e -> e.getLocalName().equals("hendelse"))
        .map(e -> Names.text(e, TNS, "type")).toList());
    report.put("status", seen);
    report.put("signerteSvar", verified);
  }

  private Element untilDelivered(String reference) throws Exception {
    long deadline = System.currentTimeMillis() + PATIENCE;
    while (true) {
      Element status = Names.at(call("<f:HentStatus xmlns:f=\"" + TNS + "\"><f:eksternRef>" + reference + "</f:eksternRef></f:HentStatus>", null),
          TNS, "status");
      boolean waits = List.of("MOTTATT", "SENDT").contains(Names.text(status, TNS, "tilstand"));
      if (!waits || System.currentTimeMillis() > deadline) {
        return status;
      }
      Thread.sleep(300);
    }
  }

  /** The child of the Body of an answer whose signature is right. Octets that are not null go in a part of their own. */
  private Element call(String content, byte[] part) throws Exception {
    Document request = Names.parse("<soap:Envelope xmlns:soap=\"" + Names.ENV + "\"><soap:Header/><soap:Body>" + content
        + "</soap:Body></soap:Envelope>");
    security.sign(request, Security.VARIANTS.get("sha256"), false,
        way.equals("--attach") && part != null ? Map.of(ATTACHED, part) : Map.of());
    if (way.equals("--mtom") && part != null) {
      optimise(request);
    }
    Document answer = Names.parse(part == null ? post("application/soap+xml; charset=UTF-8", xml(request).getBytes(StandardCharsets.UTF_8))
        : postWithPart(xml(request), part));
    Element body = Names.at(answer.getDocumentElement(), Names.ENV, "Body");
    Element fault = Names.at(body, Names.ENV, "Fault");
    if (fault != null) {
      Fault thrown = new Fault();
      thrown.report.put("kode", Names.text(fault, Names.ENV, "Code", "Value"));
      thrown.report.put("tekst", Names.text(fault, Names.ENV, "Reason", "Text"));
      throw thrown;
    }
    verify(answer);
    verified++;
    return Names.children(body).get(0);
  }

  @SuppressWarnings("unchecked")
  private void verify(Document answer) throws Exception {
    RequestData data = new RequestData();
    data.setWssConfig(WSSConfig.getNewInstance());
    data.setSigCrypto(trust);
    Element header = Names.at(answer.getDocumentElement(), Names.ENV, "Header");
    Element element = Names.at(header, Names.WSSE, "Security");
    if (element == null) {
      throw new IllegalStateException("the answer is not signed");
    }
    Set<String> signed = new HashSet<>();
    boolean ours = false;
    for (WSSecurityEngineResult result : new WSSecurityEngine().processSecurityHeader(element, data)) {
      if ((Integer) result.get(WSSecurityEngineResult.TAG_ACTION) == WSConstants.SIGN) {
        ((List<WSDataRef>) result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS))
            .forEach(r -> signed.add(r.getProtectedElement().getLocalName()));
        var signer = (X509Certificate) result.get(WSSecurityEngineResult.TAG_X509_CERTIFICATE);
        String subject = signer.getSubjectX500Principal().getName("RFC2253", Map.of("2.5.4.5", "serialNumber"));
        ours = List.of(subject.split(",")).contains(SERVICE);
      }
    }
    if (!ours || !signed.containsAll(Set.of("Body", "Timestamp"))) {
      throw new IllegalStateException("signature: " + SERVICE + " has not signed Body and Timestamp");
    }
  }

  /** The signed base64 gives way to an xop:Include of the part that has its octets. */
  private static void optimise(Document request) {
    Element content = (Element) request.getElementsByTagNameNS(TNS, "innhold").item(0);
    while (content.getFirstChild() != null) {
      content.removeChild(content.getFirstChild());
    }
    Element include = request.createElementNS(XOP, "xop:Include");
    include.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:xop", XOP);
    include.setAttribute("href", "cid:" + ATTACHED);
    content.appendChild(include);
  }

  private String postWithPart(String envelope, byte[] part) throws Exception {
    boolean xop = way.equals("--mtom");
    String type = xop ? "application/xop+xml" : "application/soap+xml";
    var body = new ByteArrayOutputStream();
    body.write(("--" + BOUNDARY + "\r\nContent-Type: " + type + "; charset=UTF-8" + (xop ? "; type=\"application/soap+xml\"" : "")
        + "\r\nContent-ID: <root@wss4j.example>\r\n\r\n" + envelope + "\r\n--" + BOUNDARY
        + "\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <" + ATTACHED + ">\r\n\r\n")
        .getBytes(StandardCharsets.UTF_8));
    body.write(part);
    body.write(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return post("multipart/related; type=\"" + type + "\"; start=\"<root@wss4j.example>\"; boundary=\"" + BOUNDARY + "\"",
        body.toByteArray());
  }

  private String post(String type, byte[] body) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url))
        .header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  private static String xml(Document document) throws Exception {
    var transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    var text = new StringWriter();
    transformer.transform(new DOMSource(document), new StreamResult(text));
    return text.toString();
  }
}
