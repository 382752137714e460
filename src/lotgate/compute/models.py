"""Language models as far as their cost goes: layers, widths, attention and experts, from a sheet with sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lotgate.compute.sheets import Column, Row, own_sheet, read_sheet, unknown_name
from lotgate.errors import InputError

__all__ = ["Model", "find_model", "models", "read_models"]

_COLUMNS = (
    Column("name", needed=True),
    Column("aliases"),
    *(Column(name, "count", needed=True) for name in ("layers", "hidden", "vocab", "heads", "qk_dim", "v_dim")),
    *(Column(name, "count", needed=True) for name in ("decode_qk_dim", "decode_v_dim", "cache_elements")),
    Column("total_b", "number", needed=True),
    Column("active_b", "number", needed=True),
    *(Column(name, "count") for name in ("experts", "top_k")),
    Column("expert_m", "number"),
    *(Column(name, "count") for name in ("moe_layers", "route_groups")),
    Column("source"),
)


@dataclass(frozen=True)
class Model:
    """A decoder-only language model.

    `active` are the parameters each token is multiplied with, the table of embeddings left out. Attention costs
    `heads * (qk_dim + v_dim)` multiply-adds for each pair of tokens when a text is read and `decode_*` when it is
    written, where multi-head latent attention works on its compressed cache; `cache_elements` numbers are kept for each
    token and layer. A mixture sends each token to `top_k` of `experts` in each of `moe_layers`, one expert holding
    `expert` parameters a layer, in at most `route_groups` groups (nodes).
    """

    name: str
    aliases: tuple[str, ...]
    layers: int
    hidden: int
    vocab: int
    heads: int
    qk_dim: int
    v_dim: int
    decode_qk_dim: int
    decode_v_dim: int
    cache_elements: int
    total: float
    active: float
    experts: int
    top_k: int
    expert: float
    moe_layers: int
    route_groups: int
    source: str

    @property
    def routed(self) -> float:
        """Parameters of the routed experts that each token is multiplied with."""
        return self.top_k * self.expert * self.moe_layers

    @property
    def head(self) -> float:
        """Parameters of the last projection, to the vocabulary."""
        return float(self.vocab * self.hidden)

    @property
    def common(self) -> float:
        """Parameters every token is multiplied with: attention, shared experts, dense layers, the last projection."""
        return self.active - self.routed

    def reading(self, context: float) -> float:
        """Attention operations for each token of a text of this length, each token seeing those before it."""
        return self.heads * (self.qk_dim + self.v_dim) * context * self.layers

    def writing(self, context: float) -> float:
        """Attention operations for each new token after a text of this length."""
        return 2 * self.heads * (self.decode_qk_dim + self.decode_v_dim) * context * self.layers


def _model(row: Row) -> Model:
    counts = (
        "layers",
        "hidden",
        "vocab",
        "heads",
        "qk_dim",
        "v_dim",
        "decode_qk_dim",
        "decode_v_dim",
        "cache_elements",
    )
    return Model(
        name=row["name"],
        aliases=tuple(name.strip() for name in (row["aliases"] or "").split(";") if name.strip()),
        **{name: row[name] for name in counts},
        total=row["total_b"] * 1e9,
        active=row["active_b"] * 1e9,
        experts=row["experts"] or 0,
        top_k=row["top_k"] or 0,
        expert=(row["expert_m"] or 0.0) * 1e6,
        moe_layers=row["moe_layers"] or 0,
        route_groups=row["route_groups"] or 0,
        source=row["source"] or "",
    )


@cache
def models() -> tuple[Model, ...]:
    """The models of the built-in sheet, in its order."""
    return tuple(_model(row) for row in own_sheet("models.csv", _COLUMNS))


def read_models(path: Path) -> tuple[Model, ...]:
    """The models of a user's file. Raises InputError with every fault, experts given in part and sums that cannot be
    among them."""
    from lotgate.errors import Fault

    rows = read_sheet(path, _COLUMNS)
    faults = []
    for number, row in enumerate(rows, 1):
        given = [name for name in ("experts", "top_k", "expert_m", "moe_layers") if row[name] is not None]
        if 0 < len(given) < 4:
            missing = {"experts", "top_k", "expert_m", "moe_layers"} - set(given)
            faults.append(Fault(path.name, "experts given in part", row=number, expected=", ".join(sorted(missing))))
        elif _model(row).common <= 0 or row["active_b"] > row["total_b"]:
            expected = "more than the routed experts of a token, at most total_b"
            faults.append(Fault(path.name, "cannot be", number, "active_b", f"{row['active_b']:g}", expected))
        elif given and (row["top_k"] > row["experts"] or row["moe_layers"] > row["layers"]):
            faults.append(Fault(path.name, "cannot be", row=number, expected="top_k <= experts, moe_layers <= layers"))
    if faults:
        raise InputError(faults)
    return tuple(_model(row) for row in rows)


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())


def find_model(name: str, own: Sequence[Model] = ()) -> Model:
    """A model by name, the user's own before the built-in ones. Raises InputError with the nearest names."""
    held = (*models(), *own)
    for one in reversed(held):
        if _key(name) in {_key(each) for each in (one.name, *one.aliases)}:
            return one
    known = {each: one.name for one in held for each in (one.name, *one.aliases)}
    raise InputError([unknown_name("models", "no such model", "没有该模型", name, known)])
