import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The JDK's own XML-DSig as second opinion of one envelope; trust and time are not its business.
 *
 * <pre>Verify FILE</pre>
 *
 * Prints one JSON object; exit 0 when the signature and every reference verify, else 2.
 */
public final class Verify {
  private Verify() {}

  public static void main(String[] args) throws Exception {
    Document doc = Names.parse(Files.readString(Path.of(args[0])));
    Element signature = (Element) doc.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature").item(0);
    var context = new DOMValidateContext(key(doc), signature);
    // The secure mode of the JDK refuses SHA-1 digests, which official clients send.
    context.setProperty("org.jcp.xml.dsig.secureValidation", false);
    Map<String, String> names = register(doc, context);

    XMLSignature parsed = XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
    boolean value = parsed.getSignatureValue().validate(context);
    boolean all = value;
    List<Object> references = new ArrayList<>();
    for (Object item : parsed.getSignedInfo().getReferences()) {
      Reference reference = (Reference) item;
      boolean valid = reference.validate(context);
      all &= valid;
      var row = new LinkedHashMap<String, Object>();
      row.put("element", names.get(reference.getURI().substring(1)));
      row.put("gyldig", valid);
      row.put("digest", reference.getDigestMethod().getAlgorithm());
      row.put("transforms", reference.getTransforms().stream().map(t -> ((javax.xml.crypto.AlgorithmMethod) t).getAlgorithm()).toList());
      references.add(row);
    }
    var report = new LinkedHashMap<String, Object>();
    report.put("engine", "JDK XML-DSig " + Runtime.version().feature());
    report.put("signaturverdi", value);
    report.put("referanser", references);
    System.out.println(Json.of(report));
    System.exit(all ? 0 : 2);
  }

  /** The key of the token in the header, or of the certificate inside a KeyIdentifier. */
  private static java.security.PublicKey key(Document doc) throws Exception {
    for (String name : List.of("BinarySecurityToken", "KeyIdentifier")) {
      NodeList found = doc.getElementsByTagNameNS(Names.WSSE, name);
      if (found.getLength() > 0) {
        byte[] der = Base64.getMimeDecoder().decode(found.item(0).getTextContent().strip());
        return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)).getPublicKey();
      }
    }
    throw new IllegalStateException("the envelope holds no X.509 token");
  }

  private static Map<String, String> register(Document doc, DOMValidateContext context) {
    var names = new LinkedHashMap<String, String>();
    NodeList all = doc.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element e = (Element) all.item(i);
      if (e.hasAttributeNS(Names.WSU, "Id")) {
        context.setIdAttributeNS(e, Names.WSU, "Id");
        names.put(e.getAttributeNS(Names.WSU, "Id"), e.getLocalName());
      }
    }
    return names;
  }
}
