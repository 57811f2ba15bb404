import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.xml.crypto.dom.DOMStructure;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;

/**
 * The JDK's XML-DSig on a document with one signature whose certificate stands in X509Data; trust is not its business.
 *
 * <pre>java VerifyDocument.java FILE</pre>
 *
 * Exit 0 when the signature and its references verify, else 2.
 */
public final class VerifyDocument {
  private VerifyDocument() {}

  public static void main(String[] args) throws Exception {
    var builders = DocumentBuilderFactory.newInstance();
    builders.setNamespaceAware(true);
    Document document = builders.newDocumentBuilder().parse(Path.of(args[0]).toFile());
    var node = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature").item(0);
    var factory = XMLSignatureFactory.getInstance("DOM");
    var parsed = factory.unmarshalXMLSignature(new DOMStructure(node));
    var data = (X509Data) parsed.getKeyInfo().getContent().get(0);
    var key = ((X509Certificate) data.getContent().get(0)).getPublicKey();
    var context = new DOMValidateContext(key, node);
    System.exit(factory.unmarshalXMLSignature(context).validate(context) ? 0 : 2);
  }
}
