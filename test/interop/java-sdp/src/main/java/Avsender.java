import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import no.difi.sdp.client2.KlientKonfigurasjon;
import no.difi.sdp.client2.SikkerDigitalPostKlient;
import no.difi.sdp.client2.domain.AktoerOrganisasjonsnummer;
import no.difi.sdp.client2.domain.Databehandler;
import no.difi.sdp.client2.domain.Miljo;
import no.difi.sdp.client2.domain.Noekkelpar;
import no.difi.sdp.client2.domain.Prioritet;
import no.difi.sdp.client2.domain.kvittering.Feil;
import no.difi.sdp.client2.domain.kvittering.ForretningsKvittering;
import no.difi.sdp.client2.domain.kvittering.KvitteringForespoersel;
import no.difi.sdp.client2.domain.kvittering.VarslingFeiletKvittering;

/** A sender: the official client as its documentation sets it up. */
final class Avsender implements Driver.Actor {
  private final SikkerDigitalPostKlient klient;
  private final Map<String, ForretningsKvittering> received = new ConcurrentHashMap<>();

  Avsender(JsonNode order) throws Exception {
    var keys = new Keys(order);
    var noekkelpar = Noekkelpar.fraKeyStoreOgTrustStore(keys.keys, keys.trust, keys.alias, keys.password);
    var nummer = AktoerOrganisasjonsnummer.of(order.get("organisasjonsnummer").asText());
    var databehandler = Databehandler.builder(nummer.forfremTilDatabehandler(), noekkelpar).build();
    var miljo = new Miljo(null, URI.create(order.get("url").asText()));
    klient = new SikkerDigitalPostKlient(databehandler, KlientKonfigurasjon.builder(miljo).build());
  }

  @Override
  public Object carryOut(String op, JsonNode order) throws Exception {
    switch (op) {
      case "send":
        return send(order);
      case "hentKvittering":
        return shown(klient.hentKvittering(request(order)));
      case "hentKvitteringOgBekreftForrige":
        return shown(klient.hentKvitteringOgBekreftForrige(request(order), forrige(order)));
      case "bekreft":
        klient.bekreft(forrige(order));
        return null;
      default:
        throw new IllegalArgumentException(op);
    }
  }

  private Object send(JsonNode order) {
    var resultat = klient.send(Letters.of(order));
    var shown = new LinkedHashMap<String, Object>();
    shown.put("meldingsId", resultat.getMeldingsId());
    shown.put("referanseTilMeldingsId", resultat.getReferanseTilMeldingsId());
    shown.put("fakturerbareBytes", resultat.getFakturerbareBytes());
    return shown;
  }

  private static KvitteringForespoersel request(JsonNode order) {
    var builder = KvitteringForespoersel.builder(Prioritet.valueOf(order.get("prioritet").asText()));
    return (order.has("mpcId") ? builder.mpcId(order.get("mpcId").asText()) : builder).build();
  }

  /** The receipt that was fetched under the MessageId in "forrige". */
  private ForretningsKvittering forrige(JsonNode order) {
    return received.get(order.get("forrige").asText());
  }

  private Object shown(ForretningsKvittering kvittering) {
    if (kvittering == null) {
      return null;
    }
    received.put(kvittering.getMeldingsId(), kvittering);
    var shown = new LinkedHashMap<String, Object>();
    shown.put("type", kvittering.getClass().getSimpleName());
    shown.put("konversasjonsId", kvittering.getKonversasjonsId());
    shown.put("meldingsId", kvittering.getMeldingsId());
    shown.put("referanseTilMeldingId", kvittering.getReferanseTilMeldingId());
    shown.put("tidspunkt", kvittering.getTidspunkt().toString());
    if (kvittering instanceof Feil) {
      shown.put("feiltype", ((Feil) kvittering).getFeiltype().name());
      shown.put("detaljer", ((Feil) kvittering).getDetaljer());
    }
    if (kvittering instanceof VarslingFeiletKvittering) {
      shown.put("varslingskanal", ((VarslingFeiletKvittering) kvittering).getVarslingskanal().name());
      shown.put("beskrivelse", ((VarslingFeiletKvittering) kvittering).getBeskrivelse());
    }
    return shown;
  }
}
