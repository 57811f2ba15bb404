import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import no.difi.sdp.client2.domain.AktoerOrganisasjonsnummer;
import no.difi.sdp.client2.domain.Avsender;
import no.difi.sdp.client2.domain.Dokument;
import no.difi.sdp.client2.domain.Dokumentpakke;
import no.difi.sdp.client2.domain.Forsendelse;
import no.difi.sdp.client2.domain.MetadataDokument;
import no.difi.sdp.client2.domain.Mottaker;
import no.difi.sdp.client2.domain.Prioritet;
import no.difi.sdp.client2.domain.Sertifikat;
import no.difi.sdp.client2.domain.TekniskMottaker;
import no.difi.sdp.client2.domain.digital_post.DigitalPost;
import no.difi.sdp.client2.domain.digital_post.EpostVarsel;
import no.difi.sdp.client2.domain.digital_post.Sikkerhetsnivaa;
import no.difi.sdp.client2.domain.digital_post.SmsVarsel;
import no.difi.sdp.client2.domain.fysisk_post.FysiskPost;
import no.difi.sdp.client2.domain.fysisk_post.KonvoluttAdresse;
import no.difi.sdp.client2.domain.fysisk_post.Posttype;
import no.difi.sdp.client2.domain.fysisk_post.Printinstruksjon;
import no.difi.sdp.client2.domain.fysisk_post.Returhaandtering;
import no.difi.sdp.client2.domain.fysisk_post.Utskriftsfarge;
import no.digipost.api.representations.Organisasjonsnummer;

/** Letters of the official client, from an order. Certificates and documents are base64. */
final class Letters {
  private Letters() {}

  static Forsendelse of(JsonNode order) {
    var nummer = AktoerOrganisasjonsnummer.of(text(order, "avsender")).forfremTilAvsender();
    var avsender = Avsender.builder(nummer).fakturaReferanse("faktura 1").avsenderIdentifikator("etat").build();
    var pakke = pakke(order.get("dokumenter"));
    var builder =
        order.has("fysisk")
            ? Forsendelse.fysisk(avsender, fysisk(order.get("fysisk"), leverandoer(order)), pakke)
            : Forsendelse.digital(avsender, digital(order.get("digital"), leverandoer(order)), pakke);
    builder.konversasjonsId(text(order, "konversasjonsId")).prioritet(Prioritet.valueOf(text(order, "prioritet")));
    if (order.has("mpcId")) {
      builder.mpcId(text(order, "mpcId"));
    }
    return builder.spraakkode("NO").build();
  }

  private static String text(JsonNode node, String name) {
    return node.get(name).asText();
  }

  private static byte[] octets(JsonNode node, String name) {
    return Base64.getDecoder().decode(text(node, name));
  }

  private static TekniskMottaker leverandoer(JsonNode order) {
    return new TekniskMottaker(
        Organisasjonsnummer.of(text(order, "leverandoer")), Sertifikat.fraByteArray(octets(order, "sertifikat")));
  }

  private static DigitalPost digital(JsonNode order, TekniskMottaker til) {
    var mottaker =
        Mottaker.builder(
                text(order, "personidentifikator"), text(order, "postkasseadresse"), til.sertifikat, til.organisasjonsnummer)
            .build();
    var builder =
        DigitalPost.builder(mottaker, text(order, "tittel"))
            .virkningsdato(Date.from(Instant.now()))
            .aapningskvittering(order.get("aapningskvittering").asBoolean())
            .sikkerhetsnivaa(Sikkerhetsnivaa.valueOf("NIVAA_" + text(order, "sikkerhetsnivaa")));
    if (order.has("varsler")) {
      builder.epostVarsel(EpostVarsel.builder("ola@example.com", "Du har fått post").varselEtterDager(Arrays.asList(0, 7)).build());
      builder.smsVarsel(SmsVarsel.builder("99999999", "Du har fått post").varselEtterDager(Arrays.asList(1)).build());
    }
    return builder.build();
  }

  private static KonvoluttAdresse adresse(String navn) {
    return KonvoluttAdresse.build(navn).iNorge("Storgata 1", "Oppgang B", null, "0155", "Oslo").build();
  }

  private static FysiskPost fysisk(JsonNode order, TekniskMottaker til) {
    var utlandet = KonvoluttAdresse.build("Ole Øst").iUtlandet("Main Street 1", "", "", "", "Sverige").build();
    return FysiskPost.builder()
        .adresse(order.get("utlandet").asBoolean() ? utlandet : adresse("Ola Ås"))
        .retur(Returhaandtering.valueOf(text(order, "retur")), adresse("Eksempel kommune"))
        .sendesMed(Posttype.valueOf(text(order, "posttype")))
        .utskrift(Utskriftsfarge.valueOf(text(order, "farge")), til)
        .printinstruksjoner(List.of(new Printinstruksjon("konvolutt", "C5")))
        .build();
  }

  private static Dokumentpakke pakke(JsonNode documents) {
    List<Dokument> all =
        StreamSupport.stream(documents.spliterator(), false).map(Letters::dokument).collect(Collectors.toCollection(ArrayList::new));
    return Dokumentpakke.builder(all.get(0)).vedlegg(all.subList(1, all.size())).build();
  }

  private static Dokument dokument(JsonNode order) {
    var builder =
        Dokument.builder(text(order, "tittel"), text(order, "filnavn"), octets(order, "innhold")).mimeType(text(order, "mimetype"));
    if (order.has("metadata")) {
      var metadata = order.get("metadata");
      builder.metadataDocument(
          MetadataDokument.builder(text(metadata, "filnavn"), text(metadata, "mimetype"), octets(metadata, "innhold")).build());
    }
    return builder.build();
  }
}
