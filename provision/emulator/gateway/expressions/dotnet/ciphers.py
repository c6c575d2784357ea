"""Hashes, HMACs, symmetric ciphers, random bytes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from provision.emulator.gateway.expressions.errors import Thrown, null_argument, out_of_range
from provision.emulator.gateway.expressions.signatures import enumeration, family
from provision.emulator.gateway.expressions.values import EnumValue, Net, TypeRef

if TYPE_CHECKING:
    from collections.abc import Callable

    from provision.emulator.gateway.expressions.runtime import Runtime
    from provision.emulator.gateway.expressions.signatures import Family

ALGORITHMS = ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")
BLOCK = 128
KEYS = (16, 24, 32)
MODE = enumeration("System.Security.Cryptography.CipherMode", numbers={"CBC": 1, "ECB": 2})
PADDING = enumeration("System.Security.Cryptography.PaddingMode", numbers={"None": 1, "PKCS7": 2, "Zeros": 3})


class Hash(Net):
    """A hash, keyed where it is an HMAC; what it computed last is kept."""

    __slots__ = ("algorithm", "key", "last")

    def __init__(self, algorithm: str, key: bytes | None = None) -> None:
        self.algorithm = algorithm
        self.key = key
        self.last: bytearray | None = None

    @property
    def type(self) -> TypeRef:
        """The class of the algorithm."""
        return TypeRef(("HMAC" if self.key is not None else "") + self.algorithm)

    def compute(self, rt: Runtime, data: bytearray | None) -> bytearray:
        """Hash."""
        if data is None:
            raise null_argument("buffer")
        rt.step(1 + (len(data) >> 8))
        name = self.algorithm.lower()
        if self.key is not None:
            self.last = bytearray(hmac.new(self.key, bytes(data), name).digest())
        else:
            self.last = bytearray(hashlib.new(name, bytes(data), usedforsecurity=False).digest())
        return self.last


def _compute(rt: Runtime, made: Hash, data: bytearray) -> bytearray:
    return made.compute(rt, data)


def _part(rt: Runtime, made: Hash, data: bytearray, start: int, count: int) -> bytearray:
    if start < 0 or count < 0 or start + count > len(data):
        raise out_of_range("count")
    return made.compute(rt, data[start : start + count])


def _sizes(made: Hash) -> int:
    return hashlib.new(made.algorithm.lower(), usedforsecurity=False).digest_size * 8


def _keyed(name: str) -> Callable[..., Hash]:
    def make(key: bytearray | None = None) -> Hash:
        return Hash(name, secrets.token_bytes(64) if key is None else bytes(key))

    return make


def _plain(name: str) -> Callable[[], Hash]:
    return lambda: Hash(name)


def _hashed(name: str) -> Callable[[Runtime, bytearray], bytearray]:
    return lambda rt, data: Hash(name).compute(rt, data)


def _hmac(name: str) -> Callable[[Runtime, bytearray, bytearray], bytearray]:
    return lambda rt, key, data: Hash(name, bytes(key)).compute(rt, data)


def _by_name(name: str) -> Hash | None:
    bare = name.upper().replace("-", "").removeprefix("SYSTEM.SECURITY.CRYPTOGRAPHY.")
    return Hash(bare) if bare in ALGORITHMS else None


HASH = family(
    "System.Security.Cryptography.HashAlgorithm",
    {
        "byte[] ComputeHash(byte[] buffer)": _compute,
        "byte[] ComputeHash(byte[] buffer, int offset, int count)": _part,
        "byte[] Hash": lambda made: made.last,
        "int HashSize": _sizes,
        "byte[] Key": lambda made: bytearray(made.key or b""),
        "set byte[] Key": lambda made, key: setattr(made, "key", bytes(key)),
        "void Dispose()": lambda _: None,
        "void Clear()": lambda _: None,
        "static HashAlgorithm Create(string hashName)": _by_name,
    },
    classes=(Hash,),
)


def _families(name: str) -> tuple[Family, ...]:
    space = "System.Security.Cryptography"
    plain: dict[str, Callable[..., Any]] = {
        f"static {name} Create()": _plain(name),
        "static byte[] HashData(byte[] source)": _hashed(name),
    }
    managed = {"new()": _plain(name)}
    return (
        family(f"{space}.{name}", plain, bases=("HashAlgorithm",)),
        family(f"{space}.{name}Managed", managed, bases=(name,)),
        family(f"{space}.{name}CryptoServiceProvider", managed, bases=(name,)),
        family(
            f"{space}.HMAC{name}",
            {
                "new(byte[] key=)": _keyed(name),
                "static byte[] HashData(byte[] key, byte[] source)": _hmac(name),
            },
            bases=("HMAC",),
        ),
    )


class Symmetric(Net):
    """AES: key, vector, mode and padding."""

    __slots__ = ("iv", "key", "mode", "padding")

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)
        self.iv = secrets.token_bytes(16)
        self.mode = EnumValue("CipherMode", "CBC", 1)
        self.padding = EnumValue("PaddingMode", "PKCS7", 2)

    @property
    def type(self) -> TypeRef:
        """Aes."""
        return TypeRef("Aes")


def _cipher(made: Symmetric) -> Cipher[Any]:
    if len(made.key) not in KEYS:
        raise Thrown("CryptographicException", "Specified key is not a valid size for this algorithm.")
    if len(made.iv) != BLOCK // 8:
        raise Thrown("CryptographicException", "Specified initialization vector (IV) does not match the block size for "
                     "this algorithm.")  # fmt: skip
    mode = modes.ECB() if made.mode.name == "ECB" else modes.CBC(made.iv)  # noqa: S305 - the expression chose it
    return Cipher(algorithms.AES(made.key), mode)


def encrypt(rt: Runtime, data: bytearray, made: Symmetric) -> bytearray:
    """Encrypt."""
    rt.spend(len(data))
    plain = bytes(data)
    if made.padding.name == "PKCS7":
        padder = padding.PKCS7(BLOCK).padder()
        plain = padder.update(plain) + padder.finalize()
    elif made.padding.name == "Zeros":
        plain += bytes(-len(plain) % (BLOCK // 8))
    encryptor = _cipher(made).encryptor()
    try:
        return bytearray(encryptor.update(plain) + encryptor.finalize())
    except ValueError:
        raise Thrown("CryptographicException", "The input data is not a complete block.") from None


def decrypt(rt: Runtime, data: bytearray, made: Symmetric) -> bytearray:
    """Decrypt."""
    rt.spend(len(data))
    decryptor = _cipher(made).decryptor()
    try:
        plain = decryptor.update(bytes(data)) + decryptor.finalize()
        if made.padding.name == "PKCS7":
            unpadder = padding.PKCS7(BLOCK).unpadder()
            plain = unpadder.update(plain) + unpadder.finalize()
    except ValueError:
        raise Thrown("CryptographicException", "Padding is invalid and cannot be removed.") from None
    return bytearray(plain)


def _with(made: Symmetric, key: bytearray, iv: bytearray) -> Symmetric:
    other = Symmetric()
    other.mode, other.padding, other.key, other.iv = made.mode, made.padding, bytes(key), bytes(iv)
    return other


def _named(name: str) -> Symmetric:
    if name.lower() not in ("aes", "aesmanaged", "rijndael", "rijndaelmanaged"):
        raise Thrown("CryptographicException", f"'{name}' is not a known symmetric algorithm.")
    return Symmetric()


AES = family(
    "System.Security.Cryptography.Aes",
    {
        "static Aes Create()": Symmetric,
        "byte[] Key": lambda made: bytearray(made.key),
        "set byte[] Key": lambda made, key: setattr(made, "key", bytes(key)),
        "byte[] IV": lambda made: bytearray(made.iv),
        "set byte[] IV": lambda made, iv: setattr(made, "iv", bytes(iv)),
        "CipherMode Mode": lambda made: made.mode,
        "set CipherMode Mode": lambda made, mode: setattr(made, "mode", mode),
        "PaddingMode Padding": lambda made: made.padding,
        "set PaddingMode Padding": lambda made, mode: setattr(made, "padding", mode),
        "int KeySize": lambda made: len(made.key) * 8,
        "int BlockSize": lambda _: BLOCK,
        "void GenerateIV()": lambda made: setattr(made, "iv", secrets.token_bytes(16)),
        "void GenerateKey()": lambda made: setattr(made, "key", secrets.token_bytes(32)),
        "void Dispose()": lambda _: None,
    },
    classes=(Symmetric,),
    bases=("SymmetricAlgorithm",),
)
SYMMETRIC = family(
    "System.Security.Cryptography.SymmetricAlgorithm", {"static SymmetricAlgorithm Create(string algName)": _named}
)
MANAGED = tuple(
    family(f"System.Security.Cryptography.{name}", {"new()": Symmetric}, bases=("Aes",))
    for name in ("AesManaged", "AesCryptoServiceProvider", "RijndaelManaged")
)
BYTES = family(
    "ByteExtensions",
    {
        "byte[] Encrypt(SymmetricAlgorithm alg)": encrypt,
        "byte[] Encrypt(SymmetricAlgorithm alg, byte[] key, byte[] iv)": (
            lambda rt, data, made, key, iv: encrypt(rt, data, _with(made, key, iv))
        ),
        "byte[] Encrypt(string alg, byte[] key, byte[] iv)": (
            lambda rt, data, name, key, iv: encrypt(rt, data, _with(_named(name), key, iv))
        ),
        "byte[] Decrypt(SymmetricAlgorithm alg)": decrypt,
        "byte[] Decrypt(SymmetricAlgorithm alg, byte[] key, byte[] iv)": (
            lambda rt, data, made, key, iv: decrypt(rt, data, _with(made, key, iv))
        ),
        "byte[] Decrypt(string alg, byte[] key, byte[] iv)": (
            lambda rt, data, name, key, iv: decrypt(rt, data, _with(_named(name), key, iv))
        ),
    },
)


class Generator(Net):
    """Makes random bytes."""

    __slots__ = ()

    @property
    def type(self) -> TypeRef:
        """RNGCryptoServiceProvider."""
        return TypeRef("RNGCryptoServiceProvider")


def _fill(rt: Runtime, _: Generator, data: bytearray) -> None:
    rt.spend(len(data))
    data[:] = secrets.token_bytes(len(data))


RANDOM = family(
    "System.Security.Cryptography.RandomNumberGenerator",
    {
        "static RandomNumberGenerator Create()": Generator,
        "void GetBytes(byte[] data)": _fill,
        "void Dispose()": lambda _: None,
    },
)
RNG = family(
    "System.Security.Cryptography.RNGCryptoServiceProvider",
    {"new()": Generator},
    classes=(Generator,),
    bases=("RandomNumberGenerator",),
)
FAMILIES = (
    HASH, AES, SYMMETRIC, *MANAGED, BYTES, RANDOM, RNG, MODE, PADDING,
    family("System.Security.Cryptography.HMAC", {}, bases=("HashAlgorithm",)),
    *(one for name in ALGORITHMS for one in _families(name)),
)  # fmt: skip
