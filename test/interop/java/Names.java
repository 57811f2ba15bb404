import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** Namespaces of the contract and small steps through the tree. */
final class Names {
  static final String ENV = "http://www.w3.org/2003/05/soap-envelope";
  static final String WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
  static final String WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
  static final String OPPSLAG = "http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02";
  static final String BEGREP = "http://begrep.difi.no";

  private Names() {}

  static Document parse(String xml) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }

  static List<Element> children(Element parent) {
    var found = new ArrayList<Element>();
    for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element e) {
        found.add(e);
      }
    }
    return found;
  }

  /** The descendant that the path of local names leads to, or null. */
  static Element at(Element from, String namespace, String... path) {
    Element here = from;
    for (String name : path) {
      here = here == null ? null : children(here).stream()
          .filter(e -> namespace.equals(e.getNamespaceURI()) && name.equals(e.getLocalName()))
          .findFirst().orElse(null);
    }
    return here;
  }

  static String text(Element from, String namespace, String... path) {
    Element found = at(from, namespace, path);
    return found == null ? null : found.getTextContent();
  }
}
