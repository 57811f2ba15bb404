import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.Security;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import javax.xml.crypto.Data;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.TransformService;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;

/** References to attachments, with the transform of the SwA profile that leaves the octets as they are. */
final class Attachments {
  private static final String CONTENT = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Signature-Transform";

  static {
    Security.addProvider(new Transforms());
  }

  private Attachments() {}

  static Reference reference(String contentId, byte[] octets) throws Exception {
    var factory = XMLSignatureFactory.getInstance("DOM");
    var transform = factory.newTransform(CONTENT, (TransformParameterSpec) null);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(octets);
    return factory.newReference("cid:" + contentId, factory.newDigestMethod(DigestMethod.SHA256, null), List.of(transform), null, null,
        digest);
  }

  private static final class Transforms extends Provider {
    Transforms() {
      super("Attachments", "1", "The transform of attachments");
      putService(new Service(this, "TransformService", CONTENT, AsTheyAre.class.getName(), null, java.util.Map.of("MechanismType", "DOM")));
    }
  }

  /** The octets as they are. */
  public static final class AsTheyAre extends TransformService {
    @Override public void init(TransformParameterSpec params) {}
    @Override public void init(XMLStructure parent, XMLCryptoContext context) {}
    @Override public void marshalParams(XMLStructure parent, XMLCryptoContext context) throws MarshalException {}
    @Override public AlgorithmParameterSpec getParameterSpec() { return null; }
    @Override public boolean isFeatureSupported(String feature) { return false; }
    @Override public Data transform(Data data, XMLCryptoContext context) { return data; }
    @Override public Data transform(Data data, XMLCryptoContext context, OutputStream out) { return data; }
  }
}
