"""Signing keys in a folder: made, rotated, published; Ed25519 throughout.

    FOLDER/issuer.json      who signs (a did or URL; a name in two languages, empty until it is given)
    FOLDER/KID.pem          private keys, mode 0600, encrypted where LOTGATE_KEY_PASSPHRASE is set
    FOLDER/jwks.json        public keys with the days they signed from and until, to be published

KID is the RFC 7638 thumbprint of the public key. A retired key stays in jwks.json, so that what it
signed can be checked.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lotgate.errors import Fault, InputError, MissingError
from lotgate.law import Text
from lotgate.licence.records import encode, instant

if TYPE_CHECKING:
    from joserfc.jwk import OKPKey

__all__ = ["KeyFolder", "Signed", "check_signature", "read_jwks", "sign"]

ALGORITHM = "Ed25519"  # RFC 9864; the older name EdDSA is understood when checking
LONGEST_NAME = 200
PASSPHRASE = "LOTGATE_KEY_PASSPHRASE"


@dataclass(frozen=True)
class Signed:
    """What a signature shows: whether it is good, why not, who signed, and what was signed."""

    good: bool
    why: Text
    kid: str = ""
    payload: Mapping[str, Any] = None  # type: ignore[assignment]
    header: Mapping[str, Any] = None  # type: ignore[assignment]


class KeyFolder:
    """The keys of one issuer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def issuer(self) -> Mapping[str, Any]:
        """Who signs: id, name, name_zh."""
        found: Mapping[str, Any] = self._read("issuer.json")
        return found

    @property
    def public(self) -> dict[str, Any]:
        """The key set to publish: {"keys": [...]}, each with the instants it signed from and until."""
        found: dict[str, Any] = self._read("jwks.json")
        return found

    @property
    def active(self) -> str:
        """The thumbprint of the key that signs now."""
        live = [key["kid"] for key in self.public["keys"] if key.get("until") is None]
        if not live:
            raise MissingError(f"{self.folder}: every key is retired; run lotgate licence keys rotate")
        return str(live[-1])

    @staticmethod
    def create(folder: Path, issuer: str, name: str, name_zh: str, at: datetime) -> KeyFolder:
        """A new folder with a first key. Raises InputError where the folder holds keys already."""
        if (folder / "jwks.json").exists():
            expected = "an empty or new folder; rotate makes a new key in this one"
            raise InputError([Fault(str(folder), "keys are there already", expected=expected, message_zh="已有密钥")])
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        made = KeyFolder(folder)
        made._write("issuer.json", {"id": issuer, "name": name, "name_zh": name_zh}, 0o644)
        made._write("jwks.json", {"issuer": issuer, "keys": []}, 0o644)
        made._new_key(at)
        return made

    @property
    def name(self) -> Text | None:
        """The name of who signs in both languages; None until it is given."""
        held = self.issuer
        return Text(held["name"], held["name_zh"]) if held["name"] and held["name_zh"] else None

    def rename(self, name: str, name_zh: str) -> None:
        """Names who signs from now on; what was signed before keeps its name. Raises InputError for an empty name."""
        given = {"name": " ".join(name.split()), "name_zh": " ".join(name_zh.split())}
        faults = [
            Fault(
                "issuer",
                "is needed, up to 200 characters",
                column=column,
                value=text[:50],
                message_zh="须填写，不超过 200 个字符",
            )
            for column, text in given.items()
            if not 0 < len(text) <= LONGEST_NAME or not text.isprintable()
        ]
        if faults:
            raise InputError(faults)
        self._write("issuer.json", {**self.issuer, **given}, 0o644)

    def rotate(self, at: datetime) -> str:
        """The thumbprint of a new key that signs from now on; the one before is retired, its private part removed."""
        retired = self.active
        kid = self._new_key(at)
        keys = [{**key, "until": instant(at)} if key["kid"] == retired else key for key in self.public["keys"]]
        self._write("jwks.json", {**self.public, "keys": keys}, 0o644)
        (self.folder / f"{retired}.pem").unlink(missing_ok=True)
        return kid

    def private(self) -> OKPKey:
        """The key that signs now. Raises MissingError where it is not there, InputError where others can read it."""
        path = self.folder / f"{self.active}.pem"
        if not path.is_file():
            raise MissingError(f"{path} is not there: this folder can check signatures but not sign")
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise InputError(
                [
                    Fault(
                        str(path),
                        "others than its owner can read the key",
                        expected=f"chmod 600 {path}",
                        message_zh="私钥可被他人读取",
                    )
                ]
            )
        return _from_pem(path)

    def _new_key(self, at: datetime) -> str:
        jwk = _jwk()
        key = jwk.generate_key("Ed25519", private=True)
        kid = str(key.thumbprint())
        self._write_bytes(f"{kid}.pem", _to_pem(key), 0o600)
        public = {
            **key.as_dict(private=False),
            "kid": kid,
            "alg": ALGORITHM,
            "use": "sig",
            "from": instant(at),
            "until": None,
        }
        self._write("jwks.json", {**self.public, "keys": [*self.public["keys"], public]}, 0o644)
        return kid

    def _read(self, name: str) -> Any:
        path = self.folder / name
        if not path.is_file():
            raise MissingError(
                f"there are no keys in {self.folder}; make them with: lotgate licence keys create {self.folder}"
            )
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError([Fault(str(path), f"cannot be read: {error}", message_zh="无法读取")]) from None

    def _write(self, name: str, data: Any, mode: int) -> None:
        self._write_bytes(name, json.dumps(data, indent=2, ensure_ascii=False).encode() + b"\n", mode)

    def _write_bytes(self, name: str, data: bytes, mode: int) -> None:
        """Written beside and renamed; the mode is set before a byte is in it."""
        beside = self.folder / f".{name}.new"
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.folder / name)


def sign(keys: KeyFolder, payload: Mapping[str, Any], kind: str, content: str | None = None) -> str:
    """The payload signed with the active key, as a compact JWS; `kind` is its media type (typ)."""
    jws = _jws()
    header = {"alg": ALGORITHM, "kid": keys.active, "typ": kind, "iss": keys.issuer["id"]}
    if content is not None:
        header["cty"] = content
    return str(
        jws.serialize_compact(header, encode(payload), keys.private(), algorithms=[ALGORITHM], registry=_registry())
    )


def check_signature(compact: str, keys: Mapping[str, Any]) -> Signed:
    """Whether a compact JWS was signed by one of the keys ({"keys": [...]}), and what it says."""
    jws, jwk = _jws(), _jwk()
    from joserfc.errors import JoseError

    if not all(_strict(part) for part in compact.strip().split(".")):
        return Signed(False, Text("not a compact JWS", "不是 JWS 紧凑格式"))
    try:
        header = jws.extract_compact(compact.strip().encode()).headers()
    except (JoseError, ValueError, UnicodeEncodeError):
        return Signed(False, Text("not a compact JWS", "不是 JWS 紧凑格式"))
    kid = str(header.get("kid", ""))
    known = {str(key.get("kid")): key for key in keys.get("keys", ()) if isinstance(key, Mapping)}
    if kid not in known:
        return Signed(False, Text(f"signed by a key that is not known: {kid}", f"签名密钥未知：{kid}"), kid)
    try:
        key = jwk.import_key({name: known[kid][name] for name in ("kty", "crv", "x")})
        if key.thumbprint() != kid:
            return Signed(False, Text("the key is not the one its name says", "密钥与其标识不符"), kid)
        if header.get("alg") != ALGORITHM:
            return Signed(False, Text(f"signed with {header.get('alg')}, not {ALGORITHM}", "签名算法不符"), kid)
        checked = jws.deserialize_compact(compact.strip(), key, algorithms=[ALGORITHM], registry=_registry())
        payload = json.loads(checked.payload)
    except (JoseError, ValueError, KeyError):
        return Signed(False, Text("the signature does not fit", "签名不符"), kid)
    if not isinstance(payload, dict):
        return Signed(False, Text("what is signed is no JSON object", "签名内容不是 JSON 对象"), kid)
    return Signed(True, Text("good signature", "签名有效"), kid, payload, header)


_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


def _strict(part: str) -> bool:
    """Whether a part of a JWS is written as RFC 7515 has it, in no other way: readers that forgive foreign characters
    or loose last bits would let many texts pass for one signature."""
    if not _BASE64URL.fullmatch(part) or len(part) % 4 == 1:
        return False
    read = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    return base64.urlsafe_b64encode(read).rstrip(b"=").decode() == part


def read_jwks(path: Path) -> dict[str, Any]:
    """The public keys of a file or of a key folder; raises InputError where it holds none."""
    target = path / "jwks.json" if path.is_dir() else path
    try:
        found = json.loads(target.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingError(f"{target} is not there") from None
    except (OSError, ValueError) as error:
        raise InputError([Fault(str(target), f"cannot be read: {error}", message_zh="无法读取")]) from None
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise InputError([Fault(str(target), "no key set", expected='{"keys": [...]}', message_zh="不是密钥集")])
    return found


def _to_pem(key: OKPKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        KeySerializationEncryption,
        NoEncryption,
        PrivateFormat,
    )

    phrase = os.environ.get(PASSPHRASE)
    sealing: KeySerializationEncryption = BestAvailableEncryption(phrase.encode()) if phrase else NoEncryption()
    raw: Any = key.private_key
    pem: bytes = raw.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing)
    return pem


def _from_pem(path: Path) -> OKPKey:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    phrase = os.environ.get(PASSPHRASE)
    try:
        raw: Any = load_pem_private_key(path.read_bytes(), phrase.encode() if phrase else None)
    except (ValueError, TypeError):
        expected = f"the passphrase of the key in {PASSPHRASE}, and no passphrase for a key without one"
        raise InputError(
            [Fault(str(path), "the key cannot be opened", expected=expected, message_zh="无法打开私钥")]
        ) from None
    key: OKPKey = _jwk().import_key(_plain_pem(raw))
    return key


def _plain_pem(raw: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem: bytes = raw.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


def _jwk() -> Any:
    try:
        from joserfc.jwk import OKPKey
    except ImportError:
        raise _needs_extra() from None
    return OKPKey


def _jws() -> Any:
    try:
        from joserfc import jws
    except ImportError:
        raise _needs_extra() from None
    return jws


def _registry() -> Any:
    """Headers we write beyond the registered ones, and no size limit below that of a status list."""
    from joserfc.jws import JWSRegistry
    from joserfc.registry import HeaderParameter

    registry = JWSRegistry({"iss": HeaderParameter("Issuer", "str", False)}, algorithms=[ALGORITHM])
    registry.max_payload_length = 1 << 24
    return registry


def _needs_extra() -> MissingError:
    return MissingError("signatures need the optional libraries: pip install 'lotgate[licence]'")
