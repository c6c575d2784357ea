"""RSA: keys of certificates, signatures, encryption."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from provision.emulator.gateway.expressions.errors import Refused, Thrown, null_argument
from provision.emulator.gateway.expressions.signatures import family
from provision.emulator.gateway.expressions.values import Net

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime
    from provision.emulator.gateway.expressions.signatures import Family

SPACE = "System.Security.Cryptography"
SIGNING, MAKING = 500, 20_000  # steps that a signature and a new key take
SIZES = (1024, 2048, 3072, 4096)
HASHES: MappingProxyType[str, Callable[[], hashes.HashAlgorithm]] = MappingProxyType(
    {"MD5": hashes.MD5, "SHA1": hashes.SHA1, "SHA256": hashes.SHA256, "SHA384": hashes.SHA384, "SHA512": hashes.SHA512}
)


@dataclass(frozen=True, slots=True)
class Named(Net):
    """What is only a name, of the class below that it belongs to."""

    name: str

    def operate(self, _: str, __: Any) -> Any:
        """It has no operators but equality."""
        return NotImplemented

    def __str__(self) -> str:
        return self.name


class HashAlgorithmName(Named):
    """Which hash."""

    __slots__ = ()


class RSASignaturePadding(Named):
    """How a signature is filled up."""

    __slots__ = ()


class RSAEncryptionPadding(Named):
    """How a text is filled up."""

    __slots__ = ()


def _constant(one: Named) -> Callable[[], Named]:
    return lambda: one


def _constants(kind: type[Named], *names: str) -> Family:
    table = {f"static {kind.__name__} {name}": _constant(kind(name)) for name in names}
    return family(f"{SPACE}.{kind.__name__}", {**table, "string Name": lambda one: one.name}, classes=(kind,))


class RSA(Net):
    """A key, of which the private part may be missing; made when it is first used where none was given."""

    __slots__ = ("private", "public", "size")

    def __init__(self, private: Any = None, public: Any = None, size: int = 2048) -> None:
        self.private = private
        self.public = public if private is None else private.public_key()
        self.size = size

    def signer(self, rt: Runtime) -> Any:
        """Return the private key."""
        rt.step(SIGNING)
        if self.public is None:
            rt.step(MAKING)
            self.private = rsa.generate_private_key(65537, self.size)
            self.public = self.private.public_key()
        if self.private is None:
            raise failed("The key has no private part.")
        return self.private

    def verifier(self, rt: Runtime) -> Any:
        """Return the public key."""
        if self.public is None:
            self.signer(rt)
        rt.step(SIGNING)
        return self.public


def failed(message: str) -> Thrown:
    """Return what cryptography throws."""
    return Thrown("CryptographicException", message)


def _hash(name: Named) -> hashes.HashAlgorithm:
    return HASHES[name.name]()


def _padding(one: Named, algorithm: hashes.HashAlgorithm) -> Any:
    if one.name == "Pss":
        return padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
    return padding.PKCS1v15()


def _sealing(one: Named) -> Any:
    if one.name == "Pkcs1":
        return padding.PKCS1v15()
    algorithm = HASHES[one.name.removeprefix("Oaep")]()
    return padding.OAEP(padding.MGF1(algorithm), algorithm, None)


def _sign(rt: Runtime, key: RSA, data: bytearray | None, algorithm: Named, pad: Named) -> bytearray:
    if data is None:
        raise null_argument("data")
    chosen = _hash(algorithm)
    return bytearray(key.signer(rt).sign(bytes(data), _padding(pad, chosen), chosen))


def _sign_hash(rt: Runtime, key: RSA, data: bytearray, algorithm: Named, pad: Named) -> bytearray:
    chosen = _hash(algorithm)
    if len(data) != chosen.digest_size:
        raise failed("The hash has not the size of its algorithm.")
    return bytearray(key.signer(rt).sign(bytes(data), _padding(pad, chosen), utils.Prehashed(chosen)))


def _verify(rt: Runtime, key: RSA, data: bytearray, signature: bytearray, algorithm: Named, pad: Named) -> bool:
    chosen = _hash(algorithm)
    try:
        key.verifier(rt).verify(bytes(signature), bytes(data), _padding(pad, chosen), chosen)
    except InvalidSignature:
        return False
    return True


def _encrypt(rt: Runtime, key: RSA, data: bytearray, pad: Named) -> bytearray:
    try:
        return bytearray(key.verifier(rt).encrypt(bytes(data), _sealing(pad)))
    except ValueError:
        raise failed("The data is too long for the key.") from None


def _decrypt(rt: Runtime, key: RSA, data: bytearray, pad: Named) -> bytearray:
    try:
        return bytearray(key.signer(rt).decrypt(bytes(data), _sealing(pad)))
    except ValueError:
        raise failed("The data can't be decrypted.") from None


def _import_pem(key: RSA, text: str) -> None:
    try:
        if "PRIVATE KEY" in text:
            found: Any = serialization.load_pem_private_key(text.encode(), None)
            made = RSA(found)
        else:
            found = serialization.load_pem_public_key(text.encode())
            made = RSA(public=found)
    except (ValueError, TypeError):
        raise failed("The text is no PEM of a key.") from None
    if not isinstance(made.public, rsa.RSAPublicKey):
        raise failed("The key is not one of RSA.")
    key.private, key.public = made.private, made.public


def _create(size: int = 2048) -> RSA:
    if size not in SIZES:
        raise Refused(f"Keys of RSA have {', '.join(map(str, SIZES))} bits here")
    return RSA(size=size)


KEY = family(
    f"{SPACE}.RSA",
    {
        "static RSA Create()": _create,
        "static RSA Create(int keySizeInBits)": _create,
        "byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)": _sign,
        "byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)": _sign_hash,
        "bool VerifyData(byte[] data, byte[] signature, HashAlgorithmName hash, RSASignaturePadding padding)": _verify,
        "byte[] Encrypt(byte[] data, RSAEncryptionPadding padding)": _encrypt,
        "byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)": _decrypt,
        "void ImportFromPem(string input)": _import_pem,
        "int KeySize": lambda key: key.size if key.public is None else key.public.key_size,
        "void Dispose()": lambda _: None,
    },
    classes=(RSA,),
    bases=("AsymmetricAlgorithm", "RSACng", "RSACryptoServiceProvider"),
)
FAMILIES = (
    KEY,
    family(f"{SPACE}.AsymmetricAlgorithm", {}),
    family(f"{SPACE}.RSACng", {}),
    family(f"{SPACE}.RSACryptoServiceProvider", {}),
    _constants(HashAlgorithmName, *HASHES),
    _constants(RSASignaturePadding, "Pkcs1", "Pss"),
    _constants(RSAEncryptionPadding, "Pkcs1", "OaepSHA1", "OaepSHA256", "OaepSHA384", "OaepSHA512"),
)
