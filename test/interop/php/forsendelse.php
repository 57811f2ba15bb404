<?php

/**
 * PHP's SoapClient in WSDL mode sends a letter, and asks for its status until it is delivered.
 *
 *   php forsendelse.php URL REFERENCE RECIPIENT FILE --user NAME --password TEXT
 *
 * Debian: php-cli php-soap php-xml. Prints one JSON object; exit 0 = answered, 1 = SOAP fault.
 */

declare(strict_types=1);

const PATIENCE = 60;

[, $url, $reference, $recipient, $file, , $user, , $password] = $argv;

function untilDelivered(SoapClient $client, string $reference): object
{
    $deadline = time() + PATIENCE;
    do {
        usleep(300_000);
        $status = $client->HentStatus(['eksternRef' => [$reference]])->status;
    } while (in_array($status->tilstand, ['MOTTATT', 'SENDT'], true) && time() < $deadline);
    return $status;
}

$report = ['engine' => 'PHP SoapClient ' . PHP_VERSION];
try {
    $client = new SoapClient("$url?wsdl", [
        'login' => $user,
        'password' => $password,
        'cache_wsdl' => WSDL_CACHE_NONE,
    ]);
    $sent = $client->SendForsendelse([
        'eksternRef' => $reference,
        'mottaker' => ['id' => $recipient],
        'tittel' => 'Brev fra PHP',
        'hoveddokument' => [
            'filnavn' => basename($file),
            'tittel' => 'Brevet',
            'mimetype' => 'application/pdf',
            'innhold' => file_get_contents($file),
        ],
    ]);
    $status = untilDelivered($client, $reference);
    $events = is_array($status->hendelse) ? $status->hendelse : [$status->hendelse];
    $report['sendt'] = ['forsendelsesId' => $sent->forsendelsesId, 'kanal' => $sent->beslutning->kanal];
    $report['status'] = [
        'forsendelsesId' => $status->forsendelsesId,
        'tilstand' => $status->tilstand,
        'hendelser' => array_map(fn (object $event): string => $event->type, $events),
    ];
    $code = 0;
} catch (SoapFault $fault) {
    $report['feil'] = ['kode' => $fault->faultcode, 'tekst' => $fault->faultstring];
    $code = 1;
}
echo json_encode($report, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR), "\n";
exit($code);
