import java.util.Map;
import java.util.stream.Collectors;

/** Maps, lists, strings, numbers, booleans and null as JSON text. */
final class Json {
  private Json() {}

  static String of(Object value) {
    if (value == null || value instanceof Number || value instanceof Boolean) {
      return String.valueOf(value);
    }
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> of(e.getKey()) + ":" + of(e.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof Iterable<?> items) {
      var texts = new java.util.ArrayList<String>();
      items.forEach(item -> texts.add(of(item)));
      return "[" + String.join(",", texts) + "]";
    }
    return value.toString().chars().mapToObj(Json::escape).collect(Collectors.joining("", "\"", "\""));
  }

  private static String escape(int c) {
    if (c == '"' || c == '\\') {
      return "\\" + (char) c;
    }
    return c < ' ' ? String.format("\\u%04x", c) : String.valueOf((char) c);
  }
}
