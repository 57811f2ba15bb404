import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import no.difi.sdp.client2.domain.exceptions.EbmsException;
import no.difi.sdp.client2.domain.exceptions.SendException;
import no.digipost.api.exceptions.MessageSenderEbmsErrorException;

/**
 * Runs the published Java clients by order: one JSON object a line on standard input, {"id", "op", "hvem", …}, one a line on standard
 * output, {"id", "svar"} or {"id", "feil"}. Orders are carried out side by side, so answers come in any order. Ends with its input.
 */
public final class Driver {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AT_ONCE = 4;

  /** A client that has been set up, by the name that orders use. */
  interface Actor {
    Object carryOut(String op, JsonNode order) throws Exception;
  }

  private final Map<String, Actor> actors = new ConcurrentHashMap<>();
  private final PrintStream out;

  private Driver(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    // The libraries may print; only answers go to standard output.
    var driver = new Driver(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setOut(System.err);
    var pool = Executors.newFixedThreadPool(AT_ONCE);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode order = JSON.readTree(line);
      pool.submit(() -> driver.answer(order));
    }
    pool.shutdown();
    pool.awaitTermination(1, TimeUnit.MINUTES);
  }

  private void answer(JsonNode order) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put("id", order.get("id").asInt());
    try {
      answer.put("svar", carryOut(order));
    } catch (Throwable thrown) {
      answer.put("feil", described(thrown));
    }
    try {
      var line = JSON.writeValueAsString(answer);
      synchronized (out) {
        out.println(line);
      }
    } catch (Exception cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
  }

  private Object carryOut(JsonNode order) throws Exception {
    var hvem = order.get("hvem").asText();
    var op = order.get("op").asText();
    switch (op) {
      case "avsender":
        actors.put(hvem, new Avsender(order));
        return null;
      case "postkasse":
        actors.put(hvem, new Postkasse(order));
        return null;
      default:
        return actors.get(hvem).carryOut(op, order);
    }
  }

  /** What a caller of the client sees: the class of its exception, what that class says, and the messages below it. */
  private static Map<String, Object> described(Throwable thrown) {
    var seen = new LinkedHashMap<String, Object>();
    seen.put("type", thrown.getClass().getSimpleName());
    if (thrown instanceof SendException) {
      seen.put("antattSkyldig", ((SendException) thrown).getAntattSkyldig().name());
    }
    if (thrown instanceof EbmsException) {
      seen.put("kode", ((EbmsException) thrown).getErrorCode());
      seen.put("beskrivelse", ((EbmsException) thrown).getErrorDescription());
    }
    if (thrown instanceof MessageSenderEbmsErrorException) {
      seen.put("kode", ((MessageSenderEbmsErrorException) thrown).getError().getErrorCode());
    }
    var texts = new StringBuilder();
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      texts.append(texts.length() == 0 ? "" : " <- ").append(t);
    }
    seen.put("tekst", texts.toString());
    return seen;
  }
}
