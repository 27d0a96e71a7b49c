"""Making keys and certificates; the only module that imports ``cryptography``, which costs 17 MB of memory."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vcluster_syncer.bootstrap.errors import BootstrapError

if TYPE_CHECKING:
    from vcluster_syncer.bootstrap.leaves import Leaf

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

CA_LIFETIME: Final = timedelta(days=3650)
LEAF_LIFETIME: Final = timedelta(days=365)
# Clocks of nodes and clients differ; a certificate from the future is refused.
_SKEW: Final = timedelta(minutes=5)


class Pair(NamedTuple):
    """A certificate and its private key, both PEM."""

    cert: bytes
    key: bytes


class Authority(NamedTuple):
    """A loaded certificate authority."""

    cert: x509.Certificate
    key: PrivateKey


def new_authority(common_name: str, now: datetime) -> Pair:
    """A self-signed EC P-256 certificate authority, valid for ten years."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        key_encipherment=True,
        key_cert_sign=True,
        crl_sign=False,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    cert = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + CA_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(cert.public_bytes(serialization.Encoding.PEM), _key_pem(key))


def load_authority(name: str, pair: Pair) -> Authority:
    """Parse a stored authority, EC or RSA.

    Raises:
        BootstrapError: a part is no PEM, the two do not belong together, or the certificate is not an authority's.
    """
    try:
        cert = x509.load_pem_x509_certificate(pair.cert)
        key = serialization.load_pem_private_key(pair.key, password=None)
        basic = cert.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, TypeError, x509.ExtensionNotFound) as error:
        raise BootstrapError(f"{name}.crt and {name}.key hold no usable certificate authority: {error}") from error
    if not isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        raise BootstrapError(f"{name}.key is neither an EC nor an RSA private key")
    if not basic.ca:
        raise BootstrapError(f"{name}.crt is not the certificate of an authority (basic constraint CA is false)")
    if cert.public_key() != key.public_key():
        raise BootstrapError(f"{name}.key does not belong to {name}.crt")
    return Authority(cert, key)


def issue(authority: Authority, leaf: Leaf, now: datetime) -> Pair:
    """An EC P-256 certificate for ``leaf``, valid for a year, or as long as its issuer when it is to last."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder(authority.cert.subject, _subject(leaf), key.public_key(), x509.random_serial_number())
        .not_valid_before(max(now - _SKEW, authority.cert.not_valid_before_utc))
        .not_valid_after(leaf_end(authority, leaf, now))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(_purposes(leaf)), critical=False)
        .add_extension(_authority_identifier(authority), critical=False)
    )
    if leaf.sans:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(s) for s in leaf.sans]), False)
    cert = builder.sign(authority.key, hashes.SHA256())
    return Pair(cert.public_bytes(serialization.Encoding.PEM), _key_pem(key))


def leaf_end(authority: Authority, leaf: Leaf, now: datetime) -> datetime:
    """When a certificate issued now stops being valid; never after its issuer does."""
    end = authority.cert.not_valid_after_utc
    return end if leaf.lasting else min((now + LEAF_LIFETIME).astimezone(UTC), end)


def _purposes(leaf: Leaf) -> list[x509.ObjectIdentifier]:
    server = [ExtendedKeyUsageOID.SERVER_AUTH] if leaf.sans else []
    return [*server, ExtendedKeyUsageOID.CLIENT_AUTH] if leaf.client or not leaf.sans else server


def new_service_account_key() -> Pair:
    """Public and private key for service-account tokens.

    RSA, because cloud providers that federate with a cluster's issuer accept only RS256.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Pair(public, _key_pem(key))


def _subject(leaf: Leaf) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, leaf.common_name)]
    if leaf.organization:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, leaf.organization))
    return x509.Name(attributes)


def _authority_identifier(authority: Authority) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(
        cast("ec.EllipticCurvePublicKey", authority.cert.public_key())
    )


def _general_name(san: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(san))
    except ValueError:
        return x509.DNSName(san)


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
