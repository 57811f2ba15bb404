<?php

declare(strict_types=1);

const ENV = 'http://www.w3.org/2003/05/soap-envelope';
const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
const WSSE = WSS . 'wssecurity-secext-1.0.xsd';
const WSU = WSS . 'wssecurity-utility-1.0.xsd';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const X509V3 = WSS . 'x509-token-profile-1.0#X509v3';
const BASE64 = WSS . 'soap-message-security-1.0#Base64Binary';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const SHA256 = XENC . 'sha256';
const OPPSLAG = 'http://kontaktinfo.difi.no/xsd/oppslagstjeneste/16-02';
const TJENESTEEIER = '991825827';

/** The answer is not what the profile promises; the message says which check failed. */
final class AnswerRefused extends RuntimeException
{
}

/** PHP's own SoapClient; the security of both directions is DOM and OpenSSL. */
final class SigningClient extends SoapClient
{
    /** @var string[] checks that the last answer passed */
    public array $checks = [];
    private string $sent = '';

    public function __construct(string $wsdl, private string $certs, private string $name)
    {
        parent::__construct($wsdl, [
            'soap_version' => SOAP_1_2,
            'cache_wsdl' => WSDL_CACHE_NONE,
            'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        ]);
    }

    public function __doRequest(string $request, string $location, string $action, int $version, bool $oneWay = false): ?string
    {
        $answer = parent::__doRequest($this->sign($request), $location, $action, $version, $oneWay);
        return $answer === null ? null : $this->open($answer);
    }

    private function sign(string $request): string
    {
        $doc = new DOMDocument();
        $doc->loadXML($request);
        $envelope = $doc->documentElement;
        $body = first($envelope, ENV, 'Body');
        $header = first($envelope, ENV, 'Header')
            ?? $envelope->insertBefore($doc->createElementNS(ENV, $envelope->prefix . ':Header'), $body);
        $security = add($header, WSSE, 'wsse:Security');
        $security->setAttributeNS(ENV, $envelope->prefix . ':mustUnderstand', 'true');

        $token = add($security, WSSE, 'wsse:BinarySecurityToken', pemBody("{$this->certs}/{$this->name}.cert.pem"));
        $token->setAttribute('EncodingType', BASE64);
        $token->setAttribute('ValueType', X509V3);
        $timestamp = add($security, WSU, 'wsu:Timestamp');
        add($timestamp, WSU, 'wsu:Created', gmdate('Y-m-d\TH:i:s\Z'));
        add($timestamp, WSU, 'wsu:Expires', gmdate('Y-m-d\TH:i:s\Z', time() + 120));

        $signature = add($security, DS, 'ds:Signature');
        $info = add($signature, DS, 'ds:SignedInfo');
        algorithm($info, 'CanonicalizationMethod', EXC_C14N);
        algorithm($info, 'SignatureMethod', RSA_SHA256);
        foreach (array_filter([$timestamp, first($header, OPPSLAG, 'Oppslagstjenesten'), $body]) as $part) {
            reference($info, identify($part), digest($part));
        }
        $key = openssl_pkey_get_private(file_get_contents("{$this->certs}/{$this->name}.key.pem"));
        openssl_sign(canonical($info), $value, $key, OPENSSL_ALGO_SHA256);
        $this->sent = base64_encode($value);
        add($signature, DS, 'ds:SignatureValue', $this->sent);
        $pointer = add(add(add($signature, DS, 'ds:KeyInfo'), WSSE, 'wsse:SecurityTokenReference'), WSSE, 'wsse:Reference');
        $pointer->setAttribute('URI', '#' . identify($token));
        $pointer->setAttribute('ValueType', X509V3);
        return $doc->saveXML();
    }

    /** The answer with its Body in the clear; a fault, which is never signed, passes as it is. */
    private function open(string $answer): string
    {
        $doc = new DOMDocument();
        if (!@$doc->loadXML($answer)) {
            throw new AnswerRefused('the answer is not XML');
        }
        $body = first($doc->documentElement, ENV, 'Body') ?? throw new AnswerRefused('the answer has no Body');
        if (first($body, ENV, 'Fault')) {
            return $answer;
        }
        $security = need(need($doc->documentElement, ENV, 'Header'), WSSE, 'Security');
        $this->decrypt($security, $body);
        $this->verifySignature($security, $body);
        $this->verifySigner($security);
        if (need($security, WSSE11, 'SignatureConfirmation')->getAttribute('Value') !== $this->sent) {
            throw new AnswerRefused('confirmation: the answer belongs to another request');
        }
        $this->checks = ['decrypt', 'signature', 'certificate', 'confirmation'];
        return $doc->saveXML();
    }

    private function decrypt(DOMElement $security, DOMElement $body): void
    {
        $wrapped = need($security, XENC, 'EncryptedKey');
        $data = need($body, XENC, 'EncryptedData');
        expectAlgorithm(need($wrapped, XENC, 'EncryptionMethod'), XENC . 'rsa-oaep-mgf1p');
        expectAlgorithm(need($data, XENC, 'EncryptionMethod'), XENC . 'aes256-cbc');
        $key = openssl_pkey_get_private(file_get_contents("{$this->certs}/{$this->name}.key.pem"));
        if (!openssl_private_decrypt(cipherValue($wrapped), $contentKey, $key, OPENSSL_PKCS1_OAEP_PADDING)) {
            throw new AnswerRefused('decrypt: the key is not for us');
        }
        $octets = cipherValue($data);
        $options = OPENSSL_RAW_DATA | OPENSSL_ZERO_PADDING;
        $plain = openssl_decrypt(substr($octets, 16), 'aes-256-cbc', $contentKey, $options, substr($octets, 0, 16));
        if (strlen($contentKey) !== 32 || $plain === false || $plain === '') {
            throw new AnswerRefused('decrypt: not AES-256 in CBC mode');
        }
        $fragment = $body->ownerDocument->createDocumentFragment();
        $fragment->appendXML(substr($plain, 0, -ord($plain[-1])));
        $body->replaceChild($fragment, $data);
    }

    private function verifySignature(DOMElement $security, DOMElement $body): void
    {
        $signature = need($security, DS, 'Signature');
        $info = need($signature, DS, 'SignedInfo');
        expectAlgorithm(need($info, DS, 'CanonicalizationMethod'), EXC_C14N);
        expectAlgorithm(need($info, DS, 'SignatureMethod'), RSA_SHA256);
        $digests = [];
        foreach ($info->getElementsByTagNameNS(DS, 'Reference') as $reference) {
            expectAlgorithm(need($reference, DS, 'DigestMethod'), SHA256);
            $digests[substr($reference->getAttribute('URI'), 1)] = need($reference, DS, 'DigestValue')->textContent;
        }
        $signed = [need($security, WSU, 'Timestamp'), $body, need($security, WSSE11, 'SignatureConfirmation')];
        foreach ($signed as $part) {
            if (($digests[$part->getAttributeNS(WSU, 'Id')] ?? '') !== digest($part)) {
                throw new AnswerRefused("signature: {$part->localName} is not signed as it stands");
            }
        }
        $value = base64_decode(need($signature, DS, 'SignatureValue')->textContent);
        if (openssl_verify(canonical($info), $value, signer($security), OPENSSL_ALGO_SHA256) !== 1) {
            throw new AnswerRefused('signature: the signature value does not verify');
        }
    }

    private function verifySigner(DOMElement $security): void
    {
        $certificate = signer($security);
        if (openssl_x509_checkpurpose($certificate, X509_PURPOSE_ANY, ["{$this->certs}/ca.pem"]) !== true) {
            throw new AnswerRefused('certificate: not issued by a trusted authority');
        }
        if ((openssl_x509_parse($certificate)['subject']['serialNumber'] ?? '') !== TJENESTEEIER) {
            throw new AnswerRefused('certificate: the signer is not ' . TJENESTEEIER);
        }
    }
}

function add(DOMElement $parent, string $namespace, string $name, string $text = ''): DOMElement
{
    $child = $parent->appendChild($parent->ownerDocument->createElementNS($namespace, $name));
    $child->textContent = $text;
    return $child;
}

function first(DOMElement $parent, string $namespace, string $name): ?DOMElement
{
    foreach ($parent->childNodes as $child) {
        if ($child->namespaceURI === $namespace && $child->localName === $name) {
            return $child;
        }
    }
    return null;
}

function need(DOMElement $parent, string $namespace, string $name): DOMElement
{
    return first($parent, $namespace, $name) ?? throw new AnswerRefused("{$parent->localName} has no {$name}");
}

function identify(DOMElement $element): string
{
    if (!$element->hasAttributeNS(WSU, 'Id')) {
        $element->setAttributeNS(WSU, 'wsu:Id', 'id-' . bin2hex(random_bytes(12)));
    }
    return $element->getAttributeNS(WSU, 'Id');
}

/** Exclusive C14N. Of a document of its own, because PHP's way to a part of a document is quadratic in its size. */
function canonical(DOMElement $element): string
{
    $alone = new DOMDocument();
    $alone->appendChild($alone->importNode($element, true));
    return $alone->C14N(true);
}

function digest(DOMElement $element): string
{
    return base64_encode(hash('sha256', canonical($element), true));
}

function algorithm(DOMElement $parent, string $name, string $uri): void
{
    add($parent, DS, "ds:{$name}")->setAttribute('Algorithm', $uri);
}

function expectAlgorithm(DOMElement $method, string $uri): void
{
    if ($method->getAttribute('Algorithm') !== $uri) {
        throw new AnswerRefused("{$method->localName} is {$method->getAttribute('Algorithm')}, expected {$uri}");
    }
}

function reference(DOMElement $info, string $id, string $digest): void
{
    $reference = add($info, DS, 'ds:Reference');
    $reference->setAttribute('URI', "#{$id}");
    algorithm(add($reference, DS, 'ds:Transforms'), 'Transform', EXC_C14N);
    algorithm($reference, 'DigestMethod', SHA256);
    add($reference, DS, 'ds:DigestValue', $digest);
}

function cipherValue(DOMElement $encrypted): string
{
    return base64_decode(need(need($encrypted, XENC, 'CipherData'), XENC, 'CipherValue')->textContent);
}

function signer(DOMElement $security): string
{
    $token = preg_replace('/\s+/', '', need($security, WSSE, 'BinarySecurityToken')->textContent);
    return "-----BEGIN CERTIFICATE-----\n" . chunk_split($token, 64, "\n") . "-----END CERTIFICATE-----\n";
}

function pemBody(string $file): string
{
    preg_match('/-----BEGIN CERTIFICATE-----(.*?)-----END/s', file_get_contents($file), $match);
    return preg_replace('/\s+/', '', $match[1]);
}
