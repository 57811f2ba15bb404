<?php

/**
 * PHP's SoapClient in WSDL mode as a client of the look-up service.
 *
 *   php lookup.php URL CERTS OPERATION [--behov NAME]... [--fra N] [--paa-vegne-av ORG] [--as NAME] [ID...]
 *
 * Debian: php-cli php-soap php-xml. Prints one JSON object; exit 0 = answered, 1 = SOAP fault, 2 = the answer is not acceptable.
 */

declare(strict_types=1);

require __DIR__ . '/signing_client.php';

function arguments(array $words): array
{
    [$url, $certs, $operation] = array_splice($words, 0, 3);
    $args = ['url' => $url, 'certs' => $certs, 'operation' => $operation, 'behov' => [], 'fra' => 1, 'as' => 'sender', 'ids' => []];
    while ($words) {
        $word = array_shift($words);
        match ($word) {
            '--behov' => $args['behov'][] = array_shift($words),
            '--fra' => $args['fra'] = (int) array_shift($words),
            '--as', '--paa-vegne-av' => $args[substr($word, 2)] = array_shift($words),
            default => $args['ids'][] = $word,
        };
    }
    return $args;
}

function person(object $p): array
{
    return [
        'personidentifikator' => $p->personidentifikator,
        'reservasjon' => $p->reservasjon ?? null,
        'status' => $p->status ?? null,
        'varslingsstatus' => $p->varslingsstatus ?? null,
        'mobiltelefonnummer' => $p->Kontaktinformasjon->Mobiltelefonnummer->_ ?? null,
        'epostadresse' => $p->Kontaktinformasjon->Epostadresse->_ ?? null,
        'postkasseadresse' => $p->SikkerDigitalPostAdresse->postkasseadresse ?? null,
        'postkasseleverandoerAdresse' => $p->SikkerDigitalPostAdresse->postkasseleverandoerAdresse ?? null,
        'x509Sertifikat' => isset($p->X509Sertifikat) ? base64_encode($p->X509Sertifikat) : null,
    ];
}

function call(SigningClient $client, array $args): array
{
    $need = ['informasjonsbehov' => $args['behov']];
    switch ($args['operation']) {
        case 'HentPersoner':
            $answer = $client->HentPersoner($need + ['personidentifikator' => $args['ids']]);
            return ['personer' => array_map('person', $answer->Person)];
        case 'HentEndringer':
            $answer = $client->HentEndringer($need + ['fraEndringsNummer' => $args['fra']]);
            return [
                'fraEndringsNummer' => $answer->fraEndringsNummer,
                'tilEndringsNummer' => $answer->tilEndringsNummer,
                'senesteEndringsNummer' => $answer->senesteEndringsNummer,
                'personer' => array_map('person', $answer->Person ?? []),
            ];
        case 'HentPrintSertifikat':
            $answer = $client->HentPrintSertifikat(new stdClass());
            return [
                'postkasseleverandoerAdresse' => $answer->postkasseleverandoerAdresse,
                'x509Sertifikat' => base64_encode($answer->X509Sertifikat),
            ];
    }
    throw new InvalidArgumentException("unknown operation {$args['operation']}");
}

$args = arguments(array_slice($argv, 1));
$report = ['engine' => 'PHP SoapClient ' . PHP_VERSION, 'operasjon' => $args['operation']];
try {
    $client = new SigningClient("{$args['url']}?wsdl", $args['certs'], $args['as']);
    if (isset($args['paa-vegne-av'])) {
        $client->__setSoapHeaders(new SoapHeader(OPPSLAG, 'Oppslagstjenesten', ['PaaVegneAv' => $args['paa-vegne-av']]));
    }
    $report['svar'] = call($client, $args);
    $report['kontroller'] = $client->checks;
    $code = 0;
} catch (AnswerRefused $refused) {
    $report['avvist'] = $refused->getMessage();
    $code = 2;
} catch (SoapFault $fault) {
    // SoapFault of PHP 8.2 has no member for Subcode.
    $report['feil'] = ['kode' => $fault->faultcode, 'underkode' => null, 'tekst' => $fault->faultstring];
    $code = 1;
}
echo json_encode($report, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR), "\n";
exit($code);
