import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;

/** The key stores that an order names: {"noekler", "alias", "tillit", "passord"}. */
final class Keys {
  final KeyStore keys;
  final KeyStore trust;
  final String alias;
  final String password;

  Keys(JsonNode order) throws Exception {
    password = order.get("passord").asText();
    keys = load(order.get("noekler").asText());
    trust = load(order.get("tillit").asText());
    alias = order.get("alias").asText();
  }

  private KeyStore load(String file) throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(file)) {
      store.load(in, password.toCharArray());
    }
    return store;
  }
}
