import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * WSS4J as a client of the look-up service.
 *
 * <pre>Lookup URL CERTS OPERATION [--variant cxf|keyidentifier|sha256|soapui] [--behov NAME]... [--fra N]
 *       [--paa-vegne-av ORG] [--as NAME] [ID...]</pre>
 *
 * Prints one JSON object; exit 0 = answered, 1 = SOAP fault, 2 = the answer is not acceptable.
 */
public final class Lookup {
  private record Args(String url, String certs, String operation, Map<String, String> options, List<String> behov, List<String> ids) {}

  public static void main(String[] words) throws Exception {
    Args args = read(words);
    var report = new LinkedHashMap<String, Object>();
    report.put("engine", "WSS4J");
    report.put("operasjon", args.operation());
    int code = run(args, report);
    System.out.write((Json.of(report) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    System.out.flush();
    System.exit(code);
  }

  private static int run(Args args, Map<String, Object> report) throws Exception {
    Security security = new Security(args.certs(), args.options().getOrDefault("as", "sender"));
    Document request = Names.parse(envelope(args));
    security.sign(request, Security.VARIANTS.get(args.options().getOrDefault("variant", "cxf")), args.options().containsKey("paa-vegne-av"));
    Document answer = Names.parse(post(args.url(), xml(request)));
    Element body = Names.at(answer.getDocumentElement(), Names.ENV, "Body");
    Element fault = Names.at(body, Names.ENV, "Fault");
    if (fault != null) {
      report.put("feil", fault(fault));
      return 1;
    }
    try {
      Security.Opened opened = security.open(answer);
      report.put("svar", svar(Names.children(body).get(0)));
      report.put("kontroller", List.of("decrypt", "signature", "certificate", "confirmation"));
      report.put("resultater", opened.results());
      report.put("signert", opened.signed());
      report.put("kryptert", opened.encrypted());
      report.put("signatar", opened.signer());
      report.put("body", xml(Names.children(body).get(0)));
      return 0;
    } catch (org.apache.ws.security.WSSecurityException | IllegalStateException refused) {
      report.put("avvist", refused.getMessage());
      return 2;
    }
  }

  private static String envelope(Args args) {
    String paaVegneAv = args.options().get("paa-vegne-av");
    String header = paaVegneAv == null ? "" : "<ns1:Oppslagstjenesten xmlns:ns1=\"" + Names.OPPSLAG + "\"><ns1:PaaVegneAv>"
        + paaVegneAv + "</ns1:PaaVegneAv></ns1:Oppslagstjenesten>";
    String fra = args.operation().equals("HentEndringer") ? " fraEndringsNummer=\"" + args.options().getOrDefault("fra", "1") + "\"" : "";
    StringBuilder content = new StringBuilder();
    args.behov().forEach(b -> content.append("<ns3:informasjonsbehov>").append(b).append("</ns3:informasjonsbehov>"));
    args.ids().forEach(i -> content.append("<ns3:personidentifikator>").append(i).append("</ns3:personidentifikator>"));
    return "<soap:Envelope xmlns:soap=\"" + Names.ENV + "\"><soap:Header>" + header + "</soap:Header><soap:Body><ns3:" + args.operation()
        + "Forespoersel xmlns:ns2=\"" + Names.BEGREP + "\" xmlns:ns3=\"" + Names.OPPSLAG + "\"" + fra + ">" + content + "</ns3:" + args.operation()
        + "Forespoersel></soap:Body></soap:Envelope>";
  }

  private static String post(String url, String xml) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url))
        .header("Content-Type", "application/soap+xml; charset=UTF-8")
        .POST(HttpRequest.BodyPublishers.ofString(xml)).build();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  private static Map<String, Object> fault(Element fault) {
    var out = new LinkedHashMap<String, Object>();
    String subcode = Names.text(fault, Names.ENV, "Code", "Subcode", "Value");
    out.put("kode", Names.text(fault, Names.ENV, "Code", "Value"));
    out.put("underkode", subcode == null ? null : subcode.substring(subcode.indexOf(':') + 1));
    out.put("tekst", Names.text(fault, Names.ENV, "Reason", "Text"));
    return out;
  }

  private static Map<String, Object> svar(Element answer) {
    var out = new LinkedHashMap<String, Object>();
    if (answer.getLocalName().equals("HentPrintSertifikatRespons")) {
      out.put("postkasseleverandoerAdresse", Names.text(answer, Names.OPPSLAG, "postkasseleverandoerAdresse"));
      out.put("x509Sertifikat", Names.text(answer, Names.OPPSLAG, "X509Sertifikat"));
      return out;
    }
    for (String number : List.of("fraEndringsNummer", "tilEndringsNummer", "senesteEndringsNummer")) {
      if (answer.hasAttribute(number)) {
        out.put(number, Long.valueOf(answer.getAttribute(number)));
      }
    }
    out.put("personer", Names.children(answer).stream().map(Lookup::person).toList());
    return out;
  }

  private static Map<String, Object> person(Element p) {
    var out = new LinkedHashMap<String, Object>();
    for (String name : List.of("personidentifikator", "reservasjon", "status", "varslingsstatus")) {
      out.put(name, Names.text(p, Names.BEGREP, name));
    }
    out.put("mobiltelefonnummer", Names.text(p, Names.BEGREP, "Kontaktinformasjon", "Mobiltelefonnummer"));
    out.put("epostadresse", Names.text(p, Names.BEGREP, "Kontaktinformasjon", "Epostadresse"));
    out.put("postkasseadresse", Names.text(p, Names.BEGREP, "SikkerDigitalPostAdresse", "postkasseadresse"));
    out.put("postkasseleverandoerAdresse", Names.text(p, Names.BEGREP, "SikkerDigitalPostAdresse", "postkasseleverandoerAdresse"));
    out.put("x509Sertifikat", Names.text(p, Names.BEGREP, "X509Sertifikat"));
    return out;
  }

  private static String xml(Node node) throws Exception {
    var transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    var text = new StringWriter();
    transformer.transform(new DOMSource(node), new StreamResult(text));
    return text.toString();
  }

  private static Args read(String[] words) {
    var args = new Args(words[0], words[1], words[2], new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
    for (int i = 3; i < words.length; i++) {
      if (words[i].equals("--behov")) {
        args.behov().add(words[++i]);
      } else if (words[i].startsWith("--")) {
        args.options().put(words[i].substring(2), words[++i]);
      } else {
        args.ids().add(words[i]);
      }
    }
    return args;
  }
}
