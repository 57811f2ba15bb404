<?php

/**
 * PHP's SoapClient in WSDL mode sends a letter to SvarUt, and asks what became of it.
 *
 *   php svarut.php URL USER PASSWORD FILE
 *
 * Debian: php-cli php-soap. Prints one JSON object; exit 0 = answered, 1 = SOAP fault.
 */

declare(strict_types=1);

const V9 = 'http://www.ks.no/svarut/servicesV9';

[, $url, $user, $password, $file] = $argv;

/** Always a list: SoapClient gives a single value as it is. */
function listed(mixed $value): array
{
    return is_array($value) ? $value : [$value];
}

$report = ['engine' => 'PHP SoapClient ' . PHP_VERSION];
try {
    $client = new SoapClient("$url?wsdl", [
        'soap_version' => SOAP_1_2,
        'login' => $user,
        'password' => $password,
        'cache_wsdl' => WSDL_CACHE_NONE,
    ]);
    $reserved = $client->startNyForsendelse()->return;
    $person = new SoapVar(['fnr' => '03823012011'], SOAP_ENC_OBJECT, 'personDigitalAdresse', V9);
    $sent = $client->sendForsendelseMedId([
        'forsendelsesid' => $reserved,
        'forsendelse' => [
            'tittel' => 'Brev fra PHP',
            'avgivendeSystem' => 'php',
            'eksternref' => 'php-ref',
            'dokumenter' => [[
                'data' => file_get_contents($file),
                'filnavn' => basename($file),
                'mimetype' => 'application/pdf',
                'ekskluderesFraPrint' => false,
                'skalSigneres' => false,
            ]],
            'krevNiva4Innlogging' => false,
            'kryptert' => false,
            'kunDigitalLevering' => false,
            'signaturtype' => null,
            'signeringUtloper' => null,
            'svarPaForsendelseLink' => false,
            'mottaker' => [
                'digitalAdresse' => $person,
                'postAdresse' => ['navn' => 'Ola Nordmann', 'adresse1' => 'Gata 1', 'postnr' => '0192', 'poststed' => 'Oslo'],
            ],
        ],
    ])->return;
    for ($n = 0; $n < 150; $n++) {
        $status = $client->retrieveForsendelseStatuser(['forsendelseider' => [$sent]])->return;
        if ($status->forsendelseStatus === 'PRINTET') {
            break;
        }
        usleep(200_000);
    }
    $history = $client->retrieveForsendelseHistorikk(['forsendelsesid' => $sent])->return;
    $client->setForsendelseLestAvEksterntSystem(['forsendelsesid' => $sent, 'lestAvFodselsnummer' => '03823012011']);
    $report['sendt'] = ['forsendelsesId' => $sent, 'status' => $status->forsendelseStatus];
    $report['etterpaa'] = $client->retrieveForsendelseStatus(['forsendelsesid' => $sent])->return;
    $report['historikk'] = array_map(fn (object $line): string => $line->tidspunkt, listed($history->hendelsesLogg));
    $report['typer'] = listed($client->retreiveForsendelseTyper()->return);
    $systems = listed($client->retrieveMottakerSystemForOrgnr(['organisasjonsnr' => '310000108'])->return);
    $report['systemer'] = array_map(fn (object $system): string => $system->mottakersystem, $systems);
    $report['ider'] = listed($client->retrieveForsendelseIdByEksternRef(['eksternRef' => 'php-ref'])->return);
    $client->retrieveForsendelseStatus(['forsendelsesid' => '00000000-0000-4000-8000-000000000000']);
    $code = 0;
} catch (SoapFault $fault) {
    $report['feil'] = $fault->faultstring;
    $code = 1;
}
echo json_encode($report, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR), "\n";
exit($code);
