import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSPasswordCallback;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.components.crypto.Crypto;
import org.apache.ws.security.components.crypto.Merlin;
import org.apache.ws.security.handler.RequestData;
import org.apache.ws.security.handler.WSHandler;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.ws.security.message.token.SignatureConfirmation;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** WSS4J signs the request and opens the answer, with the rules of the Basic Security Profile on. */
final class Security {
  private static final String TJENESTEEIER = "serialNumber=991825827";
  private static final String PASSWORD = "changeit";
  private static final String SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
  private static final String EXC_C14N = WSConstants.C14N_EXCL_OMIT_COMMENTS;
  private static final String C14N_COMMENTS = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";

  /** What a client chooses; the digest null is WSS4J's own choice, SHA-1. */
  record Variant(int keyIdentifier, String digest, String canonicalization) {}

  static final Map<String, Variant> VARIANTS = Map.of(
      "cxf", new Variant(WSConstants.BST_DIRECT_REFERENCE, null, EXC_C14N),
      "keyidentifier", new Variant(WSConstants.X509_KEY_IDENTIFIER, null, EXC_C14N),
      "sha256", new Variant(WSConstants.BST_DIRECT_REFERENCE, SHA256, EXC_C14N),
      "soapui", new Variant(WSConstants.BST_DIRECT_REFERENCE, SHA256, C14N_COMMENTS));

  /** What WSS4J made of the answer, each list in document order. */
  record Opened(List<String> results, List<String> signed, List<String> encrypted, String signer) {}

  private final String alias;
  private final Crypto own;
  private final Crypto trust;
  private byte[] sent;

  Security(String certs, String name) throws Exception {
    alias = name;
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(certs + "/" + name + ".p12")) {
      keys.load(in, PASSWORD.toCharArray());
    }
    own = crypto(keys, keys);
    trust = crypto(null, anchors(Path.of(certs, "ca.pem")));
  }

  private static Crypto crypto(KeyStore keys, KeyStore anchors) {
    Merlin merlin = new Merlin();
    merlin.setKeyStore(keys);
    merlin.setTrustStore(anchors);
    return merlin;
  }

  /** The answer brings its own certificate only, so root and issuing authority both stand in the trust store. */
  private static KeyStore anchors(Path pem) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(pem)) {
      int n = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + n++, certificate);
      }
    }
    return store;
  }

  void sign(Document doc, Variant variant, boolean withHeader) throws Exception {
    sign(doc, variant, withHeader, Map.of());
  }

  /** Signs attachments too, by Content-ID; this version of WSS4J leaves the references to them to its caller. */
  void sign(Document doc, Variant variant, boolean withHeader, Map<String, byte[]> attachments) throws Exception {
    WSSecHeader header = new WSSecHeader();
    header.setMustUnderstand(true);
    header.insertSecurityHeader(doc);
    WSSecTimestamp timestamp = new WSSecTimestamp();
    timestamp.setTimeToLive(300);
    timestamp.build(doc, header);

    WSSecSignature signature = new WSSecSignature(WSSConfig.getNewInstance());
    signature.setUserInfo(alias, PASSWORD);
    signature.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
    signature.setSigCanonicalization(variant.canonicalization());
    signature.setKeyIdentifierType(variant.keyIdentifier());
    if (variant.digest() != null) {
      signature.setDigestAlgo(variant.digest());
    }
    var parts = new ArrayList<>(List.of(
        new WSEncryptionPart("Timestamp", Names.WSU, ""), new WSEncryptionPart("Body", Names.ENV, "")));
    if (withHeader) {
      parts.add(new WSEncryptionPart("Oppslagstjenesten", Names.OPPSLAG, ""));
    }
    signature.prepare(doc, own, header);
    var references = signature.addReferencesToSign(parts, header);
    for (var attachment : attachments.entrySet()) {
      references.add(Attachments.reference(attachment.getKey(), attachment.getValue()));
    }
    signature.computeSignature(references);
    signature.prependBSTElementToHeader(header);
    sent = signature.getSignatureValue();
  }

  /** Throws, with WSS4J's own reason, unless every check holds. */
  Opened open(Document answer) throws Exception {
    RequestData data = new RequestData();
    data.setWssConfig(WSSConfig.getNewInstance());
    if (!data.getWssConfig().isWsiBSPCompliant()) {
      throw new IllegalStateException("the Basic Security Profile is off");
    }
    data.setSigCrypto(trust);
    data.setDecCrypto(own);
    data.setCallbackHandler(password());
    Element security = Names.at(answer.getDocumentElement(), Names.ENV, "Header");
    security = security == null ? null : Names.at(security, Names.WSSE, "Security");
    if (security == null) {
      throw new IllegalStateException("the answer has no Security header");
    }
    List<WSSecurityEngineResult> results = new WSSecurityEngine().processSecurityHeader(security, data);
    if (!new Receiver().accepts(results)) {
      throw new IllegalStateException("Encrypt, Signature and Timestamp are not all there");
    }
    Collections.reverse(results);
    Opened opened = summary(results);
    if (!List.of(opened.signer().split(",")).contains(TJENESTEEIER)) {
      throw new IllegalStateException("the signer is not " + TJENESTEEIER);
    }
    return opened;
  }

  private Opened summary(List<WSSecurityEngineResult> results) {
    var opened = new Opened(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), signer(results));
    for (WSSecurityEngineResult result : results) {
      int action = (Integer) result.get(WSSecurityEngineResult.TAG_ACTION);
      opened.results().add(ACTIONS.getOrDefault(action, String.valueOf(action)));
      if (action == WSConstants.SIGN) {
        opened.signed().addAll(parts(result));
      } else if (action == WSConstants.ENCR) {
        opened.encrypted().addAll(parts(result));
      } else if (action == WSConstants.SC) {
        var confirmation = (SignatureConfirmation) result.get(WSSecurityEngineResult.TAG_SIGNATURE_CONFIRMATION);
        if (!Arrays.equals(confirmation.getSignatureValue(), sent)) {
          throw new IllegalStateException("SignatureConfirmation belongs to another request");
        }
      }
    }
    return opened;
  }

  private static final Map<Integer, String> ACTIONS = Map.of(
      WSConstants.ENCR, "Encrypt", WSConstants.BST, "BinarySecurityToken", WSConstants.SIGN, "Signature",
      WSConstants.TS, "Timestamp", WSConstants.SC, "SignatureConfirmation");

  private static String signer(List<WSSecurityEngineResult> results) {
    return results.stream()
        .map(r -> (X509Certificate) r.get(WSSecurityEngineResult.TAG_X509_CERTIFICATE))
        .filter(c -> c != null)
        .map(c -> c.getSubjectX500Principal().getName("RFC2253", Map.of("2.5.4.5", "serialNumber")))
        .reduce((first, last) -> last).orElse(null);
  }

  @SuppressWarnings("unchecked")
  private static List<String> parts(WSSecurityEngineResult result) {
    var refs = (List<WSDataRef>) result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
    return refs.stream().map(r -> r.getProtectedElement().getLocalName()).toList();
  }

  private static CallbackHandler password() {
    return callbacks -> {
      for (Callback callback : callbacks) {
        ((WSPasswordCallback) callback).setPassword(PASSWORD);
      }
    };
  }

  /** The test that CXF makes of the results: the three configured actions are there, in any order. */
  private static final class Receiver extends WSHandler {
    boolean accepts(List<WSSecurityEngineResult> results) {
      return checkReceiverResultsAnyOrder(results, List.of(WSConstants.ENCR, WSConstants.SIGN, WSConstants.TS));
    }

    @Override public Object getOption(String key) { return null; }
    @Override public Object getProperty(Object context, String key) { return null; }
    @Override public void setProperty(Object context, String key, Object value) {}
    @Override public String getPassword(Object context) { return null; }
    @Override public void setPassword(Object context, String password) {}
  }
}
