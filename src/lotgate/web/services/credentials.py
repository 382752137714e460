"""Signed licences, the lists that say which are revoked or suspended, and the keys to check both by.

A licence is signed once and kept, so that its hash on paper stays right when keys are rotated. The lists are made from
the records themselves at every request: they cannot lag behind what customs sees.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction

from lotgate.law import Text
from lotgate.licence import Actor, NotFound, Record
from lotgate.licence.credentials import PURPOSES, Paper, check_paper, place_of, signed_licence, signed_status_list
from lotgate.licence.keys import KeyFolder
from lotgate.licence.papers import Seal
from lotgate.web.services import cases
from lotgate.web.services.readers import must_be, shown
from lotgate.web.store.models import Credential
from lotgate.web.store.models import Record as Row

__all__ = ["checked", "did_document", "issuer", "keys", "may_have", "name_issuer", "seal", "signed", "status_list"]

_OF_OLD = "This Lotgate server"
"""What servers of earlier versions called themselves before they were named."""
_log = logging.getLogger(__name__)
_LIST = re.compile(r"[A-Z]{2}-L-[0-9]{4}-[0-9]{1,6}")


def keys() -> KeyFolder:
    """The folder of signing keys of this server, `LOTGATE_KEYS` or in the data folder, made where there is none; then
    it names nobody until somebody does."""
    folder = Path(os.environ.get("LOTGATE_KEYS") or settings.DATA_FOLDER / "keys")
    if folder.exists():
        return KeyFolder(folder)
    host = urlsplit(settings.SITE_ADDRESS).netloc.replace(":", "%3A")
    return KeyFolder.create(folder, f"did:web:{host}", "", "", cases.now())


def issuer() -> Text | None:
    """Who issues papers here, as the keys name it; None until it is named."""
    named = keys().name
    return None if named is None or named.en == _OF_OLD else named


def name_issuer(actor: Actor, name: str, name_zh: str) -> Text:
    """Names who issues papers from now on; for administrators. Raises Forbidden, InputError."""
    must_be(actor, "administrator")
    folder = keys()
    folder.rename(name, name_zh)
    _log.warning("%s named the issuer of papers: %s", actor.id, folder.issuer["name"])
    return Text(folder.issuer["name"], folder.issuer["name_zh"])


def may_have(actor: Actor, one: Record) -> bool:
    """Whether a person may have the licence whole, as a paper or signed: it states the price."""
    return one.kind == "licence" and "value" in shown(actor, one)


def signed(actor: Actor, id: str) -> str:
    """A licence as a signed credential (vc+jwt). NotFound for whom it is not to be read whole."""
    one = cases.record(actor, "licence", id)
    if not may_have(actor, one):
        raise NotFound(Text(f"there is no licence {id}", f"没有许可证 {id}"), kind="licence", id=id)
    return _kept(one)


def seal(one: Record) -> Seal:
    """What stands beside the code on a licence: where it is looked up, and the hash of the signed licence."""
    return Seal(f"{settings.SITE_ADDRESS}/licences/{one.id}/", hashlib.sha256(_kept(one).encode()).hexdigest())


def status_list(name: str, purpose: str, at: datetime | None = None) -> str:
    """A status list as of an instant (default: now), signed. NotFound for one in which no licence stands."""
    series = name.rpartition("-")[0]
    issued = Row.objects.filter(kind="licence", record__startswith=f"{series}-")
    if purpose not in PURPOSES or not _LIST.fullmatch(name) or not issued.exists():
        raise NotFound(Text(f"there is no status list {name}", f"没有状态名单 {name}"))
    rows = issued.filter(state__in=PURPOSES[purpose]).values_list("record", "state")
    records = (Record("licence", id, "", state, 1, {}) for id, state in rows.iterator())
    return signed_status_list(records, name, purpose, keys(), settings.SITE_ADDRESS, at or cases.now())


def checked(compact: str) -> Paper:
    """What a signed licence shows here and now: by this server's keys, and by its lists as of this instant."""
    public, at = keys().public, cases.now()
    found = check_paper(compact, public, [], at)
    number = str(found.subject.get("number", ""))
    if not Row.objects.filter(kind="licence", record=number).exists():
        return found
    name = place_of(number)[0]
    return check_paper(compact, public, [status_list(name, purpose, at) for purpose in PURPOSES], at)


def did_document() -> dict[str, Any]:
    """The document behind the issuer's did:web."""
    public = keys().public
    did = public["issuer"]
    methods = [
        {
            "id": f"{did}#{key['kid']}",
            "type": "JsonWebKey",
            "controller": did,
            "publicKeyJwk": {name: key[name] for name in ("kty", "crv", "x", "kid", "alg")},
        }
        for key in public["keys"]
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def _kept(one: Record) -> str:
    held = Credential.objects.filter(pk=one.id).first()
    if held is None:
        made = signed_licence(one, keys(), settings.SITE_ADDRESS)
        try:
            with transaction.atomic():
                held = Credential.objects.create(licence=one.id, compact=made)
        except IntegrityError:  # signed meanwhile on another connection
            held = Credential.objects.get(pk=one.id)
    return str(held.compact)
