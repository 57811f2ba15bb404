import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.ZonedDateTime;
import java.util.UUID;
import no.difi.begrep.sdp.schema_v10.SDPFeiltype;
import no.difi.begrep.sdp.schema_v10.SDPVarslingskanal;
import no.digipost.api.EbmsEndpointUriBuilder;
import no.digipost.api.MessageSender;
import no.digipost.api.interceptors.KeyStoreInfo;
import no.digipost.api.interceptors.WsSecurityInterceptor;
import no.digipost.api.representations.ApplikasjonsKvitteringBuilder;
import no.digipost.api.representations.EbmsAktoer;
import no.digipost.api.representations.EbmsOutgoingMessage.Prioritet;
import no.digipost.api.representations.Organisasjonsnummer;
import org.springframework.ws.context.MessageContext;

/** A mailbox or print provider that hands receipts to the broker, by the library below the official client. */
final class Postkasse implements Driver.Actor {
  private final MessageSender sender;
  private final EbmsAktoer postkasse;
  private final EbmsAktoer meldingsformidler;

  Postkasse(JsonNode order) throws Exception {
    var keys = new Keys(order);
    postkasse = EbmsAktoer.postkasse(order.get("organisasjonsnummer").asText());
    meldingsformidler = EbmsAktoer.meldingsformidler(order.get("meldingsformidler").asText());
    var info = new KeyStoreInfo(keys.keys, keys.trust, keys.alias, keys.password);
    // Without a resolver of its own the library takes an answer that it does not believe for no answer, and is content.
    var security = new WsSecurityInterceptor(info, Postkasse::fail);
    security.afterPropertiesSet();
    sender =
        MessageSender.create(
                EbmsEndpointUriBuilder.meldingsformidlerUri(URI.create(order.get("url").asText())),
                info,
                security,
                postkasse,
                meldingsformidler)
            .build();
  }

  private static boolean fail(MessageContext context, Object endpoint, Exception refused) {
    throw new IllegalStateException(refused);
  }

  @Override
  public Object carryOut(String op, JsonNode order) {
    var messageId = UUID.randomUUID().toString();
    var builder =
        ApplikasjonsKvitteringBuilder.create(
                postkasse,
                meldingsformidler,
                Organisasjonsnummer.of(order.get("mottaker").asText()),
                messageId,
                order.get("konversasjonsId").asText(),
                UUID.randomUUID().toString(),
                ZonedDateTime.now())
            .medPrioritet(Prioritet.valueOf(order.get("prioritet").asText()))
            .medTidspunkt(ZonedDateTime.now());
    sender.send(with(builder, op).build());
    return messageId;
  }

  private static ApplikasjonsKvitteringBuilder with(ApplikasjonsKvitteringBuilder builder, String type) {
    switch (type) {
      case "mottak":
        return builder.medMottak();
      case "levering":
        return builder.medLevering();
      case "aapning":
        return builder.medAapning();
      case "returpost":
        return builder.medReturpost();
      case "varslingfeilet":
        return builder.medVarslingfeilet(SDPVarslingskanal.SMS, "Nummeret er ikke i bruk");
      case "feil":
        return builder.medFeil(SDPFeiltype.KLIENT, "Postkassen finnes ikke");
      default:
        throw new IllegalArgumentException(type);
    }
  }
}
